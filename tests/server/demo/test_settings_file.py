import os
from pathlib import Path

import pytest

from server.demo.settings_file import PROJECT, write_settings
from worker.settings import Settings


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("NERLOOP_CONFIG", str(tmp_path / "before.toml"))
    monkeypatch.setenv("NERLOOP_STORE_URL", "postgresql+psycopg://production/work")
    monkeypatch.setenv("NERLOOP_PROJECTS__PRODUCTION__DOCCANO_PROJECT", "1")
    return write_settings(
        tmp_path / "nerloop.toml",
        data_dir=tmp_path / 'a "quoted" folder',
        base_model="bundled",
        doccano_url="http://127.0.0.1:8000",
        username="admin",
        password='se"cret\\',
        server_port=8201,
        doccano_project=3,
        share=0.25,
        first_documents=7,
    )


def test_the_file_has_the_given_values(written: Settings, tmp_path: Path) -> None:
    assert written.data_dir == tmp_path / 'a "quoted" folder'
    assert written.doccano_password is not None
    assert written.doccano_password.get_secret_value() == 'se"cret\\'
    assert written.server_port == 8201
    assert written.project(PROJECT).doccano_project == 3
    assert written.project(PROJECT).held_out_share == 0.25
    assert written.project(PROJECT).retrain.first_documents == 7


def test_settings_of_the_environment_are_removed_for_child_processes_too(written: Settings) -> None:
    assert list(written.projects) == [PROJECT]
    assert written.store_url is None
    assert {name for name in os.environ if name.startswith("NERLOOP_")} == {"NERLOOP_CONFIG"}


def test_only_the_owner_reads_the_file(written: Settings, tmp_path: Path) -> None:
    assert (tmp_path / "nerloop.toml").stat().st_mode & 0o077 == 0
