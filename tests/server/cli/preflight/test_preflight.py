"""What `nerloop up` looks at before it starts, with a real Doccano."""

import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ner.errors import SettingsError
from ner.versions.registry import Registry
from server.cli.preflight.preflight import Preflight, look
from server.demo.free_port import free_port
from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.doccano_projects import TestProject
from tests.support.doccano.scripted_http import Answer, scripted
from tests.support.models.model_folders import make_manifest, make_model_folder
from worker.connecting.auto_label_config import wanted_config
from worker.connecting.connection import FindingLevel
from worker.project_settings import ProjectSettings
from worker.settings import Settings
from worker.store.database import open_store
from worker.store.tokens import issue_token

NOW = datetime(2026, 11, 1, tzinfo=UTC)
Look = Callable[..., Preflight]


@pytest.fixture
def project(doccano: LocalDoccano) -> TestProject:
    return TestProject(doccano)


@pytest.fixture
def found(doccano: LocalDoccano, project: TestProject, tmp_path: Path) -> Look:
    """Looks with settings of which all are right but those given."""

    def look_with(**wrong: object) -> Preflight:
        values: dict[str, object] = {
            "data_dir": tmp_path,
            "doccano_url": doccano.url,
            "doccano_username": doccano.username,
            "doccano_password": doccano.password,
            "server_port": free_port(),
            "base_model": "bundled",
            "projects": {"papers": ProjectSettings(doccano_project=project.id)},
        }
        settings = Settings(**values | wrong)  # type: ignore[arg-type]
        store = open_store(settings.resolved_store_url)
        try:
            return look(settings, store)
        finally:
            store.close()

    return look_with


def levels(found: Preflight) -> set[FindingLevel]:
    return {finding.level for finding in found.findings}


def test_when_all_is_well_nothing_is_a_problem(found: Look, project: TestProject) -> None:
    looked = found()
    assert levels(looked) == {FindingLevel.FINE}
    assert looked.connected == {"papers": False}


def test_a_project_is_connected_when_doccano_asks_this_server_with_a_known_token(
    found: Look, project: TestProject, tmp_path: Path
) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'nerloop.sqlite3'}")
    with store.begin() as session:
        token = issue_token(session, "predict", "papers", NOW)
    store.close()
    port = free_port()
    config = wanted_config(f"http://127.0.0.1:{port}", "papers", token)
    project.client.auto_labeling.create_config(project.id, config)
    assert found(server_port=port).connected == {"papers": True}
    assert found(server_port=port, server_url="http://10.0.0.1").connected == {"papers": False}
    assert found(server_port=port, data_dir=tmp_path / "new").connected == {"papers": False}


def test_everything_that_is_wrong_is_said_at_once(found: Look) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        looked = found(
            server_port=other.getsockname()[1],
            redis_url="redis://127.0.0.1:9/0",
            base_model="/no/such/model",
            projects={"letters": ProjectSettings(doccano_project=999_999)},
        )
    port, redis, letters, model = looked.problems
    assert "is in use" in port
    assert "NERLOOP_REDIS_URL" in redis
    assert letters.startswith("project letters: ")
    assert "it can see" in letters
    assert "'/no/such/model' is not a folder" in model
    assert "(base_model of letters)" in model


def test_a_wrong_password_is_said_once_for_all_projects(found: Look) -> None:
    projects = {
        name: ProjectSettings(doccano_project=number) for number, name in enumerate("ab", start=1)
    }
    (problem,) = found(doccano_password="wrong", projects=projects).problems
    assert "NERLOOP_DOCCANO_PASSWORD" in problem


def test_a_doccano_that_does_not_answer_yet_is_a_warning(found: Look) -> None:
    looked = found(doccano_url="http://127.0.0.1:9")
    assert looked.problems == []
    (warning,) = [f.text for f in looked.findings if f.level is FindingLevel.WARNING]
    assert "http://127.0.0.1:9 cannot be reached" in warning
    assert "keeps trying" in warning
    assert looked.connected == {}


@pytest.mark.parametrize("reply", [Answer(404, "404 page not found"), Answer(502, "<html>")])
def test_a_proxy_in_front_of_a_doccano_that_starts_is_a_warning(found: Look, reply: Answer) -> None:
    with scripted(lambda *_: reply) as proxy:
        looked = found(doccano_url=proxy.url)
    assert looked.problems == []
    (warning,) = [f.text for f in looked.findings if f.level is FindingLevel.WARNING]
    assert proxy.url in warning
    assert "keeps trying" in warning


def test_with_a_champion_a_missing_base_model_is_a_warning(found: Look, tmp_path: Path) -> None:
    registry = Registry(tmp_path / "models", "papers")
    source = make_model_folder(tmp_path / "source", weights=b"w")
    version = registry.add(source, make_manifest()).name
    registry.promote(version, expected=None, reason="first")
    looked = found(base_model="/no/such/model")
    assert looked.problems == []
    (warning,) = [f.text for f in looked.findings if f.level is FindingLevel.WARNING]
    assert "'/no/such/model' is not a folder" in warning
    assert "the champion v0001 of papers answers" in warning
    assert "the next training from scratch will fail" in warning


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"projects": {}}, "no project is configured"),
        ({"doccano_password": None}, "NERLOOP_DOCCANO_PASSWORD"),
    ],
)
def test_without_a_project_or_a_password_nothing_is_looked_at(
    found: Look, wrong: dict[str, object], expected: str
) -> None:
    with pytest.raises(SettingsError, match=expected):
        found(**wrong)
