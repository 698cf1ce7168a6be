from pathlib import Path

import pytest

from ner.errors import SettingsError
from server.demo.folder import DemoFolder, DemoState, opened_folder


def finish(root: Path, *, scripted: bool) -> str:
    """Runs a demo until its project is complete; returns the reviewer's password."""
    with opened_folder(root, scripted=scripted, fresh=False) as (folder, state):
        folder.data.mkdir()
        (folder.data / "kept").touch()
        folder.keep_project(state, 3)
        return state.reviewer_password


def test_a_persons_demo_continues_where_it_stopped(tmp_path: Path) -> None:
    password = finish(tmp_path / "demo", scripted=False)
    with opened_folder(tmp_path / "demo", scripted=False, fresh=False) as (folder, state):
        assert (state.doccano_project, state.reviewer_password) == (3, password)
        assert (folder.data / "kept").exists()


def test_a_demo_that_was_killed_before_its_project_was_complete_starts_over(
    tmp_path: Path,
) -> None:
    with opened_folder(tmp_path / "demo", scripted=False, fresh=False) as (folder, _):
        folder.doccano.mkdir()
    with opened_folder(tmp_path / "demo", scripted=False, fresh=False) as (folder, state):
        assert state.doccano_project is None
        assert not folder.doccano.exists()


@pytest.mark.parametrize(("scripted", "fresh"), [(True, False), (False, True)])
def test_a_scripted_or_fresh_demo_starts_over(tmp_path: Path, scripted: bool, fresh: bool) -> None:
    finish(tmp_path / "demo", scripted=scripted)
    with opened_folder(tmp_path / "demo", scripted=scripted, fresh=fresh) as (folder, state):
        assert state.doccano_project is None
        assert not folder.data.exists()


def test_a_persons_annotations_are_not_deleted_without_fresh(tmp_path: Path) -> None:
    finish(tmp_path / "demo", scripted=False)
    with (
        pytest.raises(SettingsError, match="--fresh"),
        opened_folder(tmp_path / "demo", scripted=True, fresh=False),
    ):
        pass
    assert (tmp_path / "demo" / "data" / "kept").exists()


@pytest.mark.parametrize("fresh", [True, False])
def test_a_folder_with_other_files_is_not_changed(tmp_path: Path, fresh: bool) -> None:
    (tmp_path / "thesis.tex").touch()
    with (
        pytest.raises(SettingsError, match="no demo has written"),
        opened_folder(tmp_path, scripted=True, fresh=fresh),
    ):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_two_demos_do_not_share_a_folder(tmp_path: Path) -> None:
    with (
        opened_folder(tmp_path / "demo", scripted=True, fresh=False),
        pytest.raises(SettingsError, match="already running"),
        opened_folder(tmp_path / "demo", scripted=True, fresh=False),
    ):
        pass


def test_only_the_owner_reads_the_state(tmp_path: Path) -> None:
    finish(tmp_path / "demo", scripted=False)
    marker = DemoFolder(tmp_path / "demo").root / "demo.json"
    assert marker.stat().st_mode & 0o077 == 0


def test_a_state_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    state = '{"scripted": false, "reviewer_password": "x", "project": 3}'
    (tmp_path / "demo.json").write_text(state)
    assert DemoFolder(tmp_path).read() == DemoState(False, "x", doccano_project=3)
