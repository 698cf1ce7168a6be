from pathlib import Path

import pytest

from ner.errors import TrainingError
from ner.versions.new_folder import check_output, new_folder


def test_the_folder_appears_when_it_is_complete(tmp_path: Path) -> None:
    output = tmp_path / "models" / "new"
    with new_folder(output) as folder:
        (folder / "file").write_text("content")
        assert not output.exists()

    assert (output / "file").read_text() == "content"
    assert output.stat().st_mode & 0o777 == 0o755
    assert [path.name for path in output.parent.iterdir()] == ["new"]


def interrupted(output: Path) -> None:
    with new_folder(output) as folder:
        (folder / "file").touch()
        raise KeyboardInterrupt


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupted(tmp_path / "new")

    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    check_output(tmp_path / "new")
    with new_folder(tmp_path / "new") as folder:
        (folder / "file").touch()

    assert (tmp_path / "new" / "file").exists()


def test_output_that_exists_is_refused_unless_it_is_an_empty_folder(tmp_path: Path) -> None:
    check_output(tmp_path / "missing")
    (tmp_path / "file").touch()
    for output in (tmp_path, tmp_path / "file"):
        with pytest.raises(TrainingError, match="exists and is not empty: name a new folder"):
            check_output(output)
