from pathlib import Path

import pytest

from ner import files
from tests.support.running.file_rights import open_to_others, wide_umask


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "pointer.json"
    files.write_atomically(path, b"old")
    files.write_atomically(path, b"new")

    assert path.read_bytes() == b"new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["pointer.json"]


def test_a_reader_in_the_middle_keeps_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "pointer.json"
    files.write_atomically(path, b"old")

    with path.open("rb", buffering=0) as file:
        files.write_atomically(path, b"new")
        assert file.read() == b"old"


def test_the_umask_says_who_may_read_what_was_written(tmp_path: Path) -> None:
    with wide_umask():
        files.write_atomically(tmp_path / "open", b"x")
        with files.private_umask():
            files.write_atomically(tmp_path / "closed", b"x")
            (tmp_path / "folder").mkdir()
        files.write_atomically(tmp_path / "open again", b"x")

    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {"open": 0o666, "closed": 0o600, "folder": 0o700, "open again": 0o666}


def test_a_tree_can_be_made_private(tmp_path: Path) -> None:
    with wide_umask():
        (tmp_path / "tree" / "nested").mkdir(parents=True)
        (tmp_path / "tree" / "nested" / "file").write_bytes(b"x")
    files.make_tree_private(tmp_path / "tree")

    assert open_to_others(tmp_path / "tree") == []


def test_a_failed_replacement_keeps_the_old_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "pointer.json"
    files.write_atomically(path, b"old")

    def full_disk(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        files.write_atomically(path, b"new")

    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["pointer.json"]


def test_a_private_file_is_replaced_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "made" / "secret"
    files.write_private(path, "old")
    files.write_private(path, "né")

    assert path.read_text(encoding="utf-8") == "né"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["secret"]


def test_a_tree_can_be_synced(tmp_path: Path) -> None:
    (tmp_path / "nested").mkdir()
    (tmp_path / "nested" / "file").write_bytes(b"x")

    files.sync_tree(tmp_path)
