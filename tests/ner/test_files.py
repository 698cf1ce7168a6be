from pathlib import Path

import pytest

from ner import files


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


def test_others_may_read_what_was_written(tmp_path: Path) -> None:
    files.write_atomically(tmp_path / "pointer.json", b"x")

    assert (tmp_path / "pointer.json").stat().st_mode & 0o444 == 0o444


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
