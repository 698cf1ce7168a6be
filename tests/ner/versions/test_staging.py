import os
from pathlib import Path

import pytest
from filelock import FileLock

from ner.files import TEMPORARY
from ner.versions.staging import Staging, sweep


def test_a_folder_in_use_is_not_swept(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    (staging.content / "file").touch()
    sweep(tmp_path)

    assert (staging.content / "file").exists()
    staging.close()


def test_closing_removes_what_was_not_published(tmp_path: Path) -> None:
    published, unpublished = Staging(tmp_path), Staging(tmp_path)
    published.content.rename(tmp_path / "published")
    published.close()
    unpublished.close()

    assert [path.name for path in tmp_path.iterdir()] == ["published"]


def test_the_folder_of_a_process_that_ended_is_swept(tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:
        _kept = Staging(tmp_path)
        os._exit(0)
    os.waitpid(child, 0)
    assert len(list(tmp_path.iterdir())) == 1
    sweep(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_closed_during_the_sweep_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staging = Staging(tmp_path)

    def vanish(_lock: FileLock, **_: object) -> None:
        staging.close()
        raise FileNotFoundError

    monkeypatch.setattr(FileLock, "acquire", vanish)
    sweep(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_unfinished_files_and_folders_without_a_lock_are_swept_and_nothing_else(
    tmp_path: Path,
) -> None:
    (tmp_path / f"{TEMPORARY}champion.json-x").touch()
    (tmp_path / f"{TEMPORARY}folder" / "content").mkdir(parents=True)
    (tmp_path / "champion.json").touch()
    (tmp_path / "versions").mkdir()
    sweep(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["champion.json", "versions"]
