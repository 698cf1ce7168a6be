from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result

from server.cli import main
from tests.support.doccano.doccano_projects import TestProject
from worker.store.database import Store
from worker.store.tokens import SERVICE, issue_token, issue_trial_token, token_matches

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["tokens", *arguments])


def connect() -> None:
    assert CliRunner().invoke(main, ["connect", "papers"]).exit_code == 0


def test_the_three_kinds_are_listed_with_their_purpose_and_time(store: Store) -> None:
    with store.begin() as session:
        token = issue_token(session, "admin", SERVICE, NOW)
    output = run("papers").output
    assert [" ".join(line.split()) for line in output.splitlines()[:3]] == [
        "predict not issued Doccano's suggestions in papers",
        "project not issued the API of papers",
        "service issued 2026-11-01 12:00 UTC the API of every project, /metrics, /docs",
    ]
    assert "--rotate predict|project|service" in output
    assert token not in output
    assert all(len(line) <= 80 for line in output.splitlines())


def test_a_token_on_trial_is_listed_because_it_is_valid(store: Store) -> None:
    with store.begin() as session:
        issue_trial_token(session, "papers", NOW)
    lines = [" ".join(line.split()) for line in run("papers").output.splitlines()]
    assert "predict issued 2026-11-01 12:00 UTC on trial, see nerloop connect papers" in lines


@pytest.mark.parametrize("kind", ["project", "admin"])
def test_a_project_token_is_issued_and_shown_once(store: Store, kind: str) -> None:
    result = run("papers", "--rotate", kind)
    assert result.output.startswith("project token, shown only once: nla_")
    shown = result.output.split()[-1]
    with store.read() as session:
        assert token_matches(session, "admin", "papers", shown)
        assert not token_matches(session, "admin", SERVICE, shown)
    listed = run("papers").output
    assert "project  issued" in listed
    assert shown not in listed


def test_a_service_token_is_for_every_project(store: Store) -> None:
    shown = run("papers", "--rotate", "service").output.split()[-1]
    with store.read() as session:
        assert token_matches(session, "admin", "anything", shown)


def test_the_help_says_what_each_is_for_and_hides_the_former_name() -> None:
    words = " ".join(run("--help").output.split())
    assert "--rotate [predict|project|service] Issue a new token of this kind." in words
    assert "admin" not in words


def test_a_predict_token_stays_when_its_successor_cannot_be_tried(
    project: TestProject, server: None, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect()
    before = project.client.auto_labeling.configs(project.id)
    monkeypatch.setenv("NERLOOP_SERVER_PORT", "9")
    result = run("papers", "--rotate", "predict")
    assert result.exit_code == 1
    assert "the old token is still in use" in result.output
    assert project.client.auto_labeling.configs(project.id) == before


def test_a_new_predict_token_is_written_to_doccanos_configuration(
    project: TestProject, server: None, store: Store
) -> None:
    connect()
    (old,) = project.client.auto_labeling.configs(project.id)
    result = run("papers", "--rotate", "predict")
    (new,) = project.client.auto_labeling.configs(project.id)
    old_token, new_token = (
        config.model_attrs["headers"]["Authorization"].removeprefix("Bearer ")
        for config in (old, new)
    )
    with store.read() as session:
        assert token_matches(session, "predict", "papers", new_token)
        assert not token_matches(session, "predict", "papers", old_token)
    assert "nlp_" not in result.output
