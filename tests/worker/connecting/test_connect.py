"""Connecting projects of a real Doccano, which calls a real server."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from sqlalchemy import select

from server.demo.local_doccano import LocalDoccano
from server.serving.probe import PROBE_TEXT
from tests.support.doccano.doccano_projects import TestProject
from tests.support.running.answering_server import answering_server
from worker.connecting.connect import connect
from worker.connecting.connection import Connection, FindingLevel, Probe
from worker.connecting.server_reach import reach_server
from worker.doccano import DoccanoClient
from worker.doccano.models import AutoLabelConfig
from worker.project_settings import ProjectSettings
from worker.settings import Settings
from worker.store.corpus.documents import count_unapproved
from worker.store.database import Store, open_store
from worker.store.database.schema import TokenRow
from worker.store.labels import label_names
from worker.store.projects import get_project
from worker.store.served import last_call
from worker.store.tokens import is_trial_token, issue_trial_token, token_matches

NOW = datetime(2026, 11, 1, tzinfo=UTC)
TEXT = "😀 The University of Lyon"
OTHER_HOST = "http://nerloop.example.org:8200/doccano/papers"


class World:
    """A project in Doccano, a store, and a server that can be started."""

    def __init__(self, project: TestProject, folder: Path) -> None:
        self.project = project
        self.settings = Settings(
            data_dir=folder,
            server_port=9,  # the discard port, at which nothing answers
            projects={"papers": ProjectSettings(doccano_project=project.id)},
        )
        self.store: Store = open_store(self.settings.resolved_store_url)

    def connect(
        self, client: DoccanoClient | None = None, *, new_token: bool = False
    ) -> Connection:
        def ask(url: str, token: str) -> object:
            return reach_server(url, token, PROBE_TEXT, session=requests.Session())

        return connect(
            self.store,
            client or self.project.client,
            "papers",
            self.settings,
            probe=Probe(PROBE_TEXT, ask),  # type: ignore[arg-type]
            now=NOW,
            new_token=new_token,
        )

    def token(self) -> str:
        """The token in Doccano's only configuration."""
        (config,) = self.configs()
        return str(config.model_attrs["headers"]["Authorization"]).removeprefix("Bearer ")

    def configs(self) -> tuple[AutoLabelConfig, ...]:
        return self.project.client.auto_labeling.configs(self.project.id)


def texts(connection: Connection, level: FindingLevel) -> str:
    return "\n".join(f.text for f in connection.findings if f.level is level)


@pytest.fixture
def make_world(doccano: LocalDoccano, tmp_path: Path) -> Iterator[Callable[..., World]]:
    worlds: list[World] = []

    def make(**modes: bool) -> World:
        project = TestProject(doccano, labels=["AFFILIATION", "EMAIL"], **modes)
        project.document(TEXT)
        worlds.append(World(project, tmp_path / f"{len(worlds)}"))
        return worlds[-1]

    yield make
    for world in worlds:
        world.store.close()


@pytest.fixture
def world(make_world: Callable[..., World]) -> Iterator[World]:
    world = make_world()
    with answering_server(world.settings, world.store, NOW) as port:
        world.settings = world.settings.model_copy(update={"server_port": port})
        yield world


def test_a_fresh_project_is_connected_and_the_round_trip_proven(world: World) -> None:
    connection = world.connect()
    assert connection.works
    assert connection.annotate_url == (
        f"{world.project.client.url}/projects/{world.project.id}/sequence-labeling"
        "?page=1&isChecked=false"
    )
    (config,) = world.configs()
    assert config.model_attrs["url"] == f"{world.settings.resolved_server_url}/doccano/papers"
    token = config.model_attrs["headers"]["Authorization"].removeprefix("Bearer ")
    with world.store.read() as session:
        assert token_matches(session, "predict", "papers", token)
        assert token_matches(session, "admin", "", connection.admin_token or "")
        assert last_call(session, "papers") is None


def test_the_server_knows_units_labels_and_documents_afterwards(world: World) -> None:
    world.connect()
    with world.store.read() as session:
        info = get_project(session, "papers")
        assert info is not None
        assert info.collaborative
        assert set(label_names(session, "papers").values()) == {"AFFILIATION", "EMAIL"}
        assert count_unapproved(session, "papers") == 1


def test_the_version_of_doccano_is_said(world: World) -> None:
    assert "Doccano is version 1." in texts(world.connect(), FindingLevel.FINE)


def test_documents_that_nobody_is_assigned_to_are_a_warning_where_doccano_hides_them(
    world: World,
) -> None:
    project = world.project
    hidden = project.client.api_fields(project.id).has_assignments
    warnings = texts(world.connect(), FindingLevel.WARNING)
    assert ("1 of its 1 documents are assigned to nobody" in warnings) == hidden


def test_connecting_again_changes_nothing(world: World) -> None:
    world.connect()
    before = world.configs()
    again = world.connect()
    assert again.works
    assert again.changes == ()
    assert again.admin_token is None
    assert world.configs() == before


def test_the_trigger_of_a_connected_project_works(world: World) -> None:
    world.connect()
    client, number = world.project.client, world.project.id
    example = world.project.document(PROBE_TEXT)
    client.auto_labeling.trigger(number, example)
    (span,) = client.spans(number, example)
    assert (span.start, span.end) == (0, len("nerloop"))


def test_a_broken_configuration_is_repaired_and_keeps_its_token(world: World) -> None:
    world.connect()
    (correct,) = world.configs()
    broken = replace(correct, template="[]", model_attrs=correct.model_attrs | {"url": OTHER_HOST})
    world.project.client.auto_labeling.update_config(world.project.id, broken)
    connection = world.connect()
    assert connection.works
    assert connection.changes == (f"repaired the auto-labeling configuration {correct.id}",)
    assert world.configs() == (correct,)


def test_a_token_that_the_store_does_not_know_is_replaced(world: World) -> None:
    world.connect()
    (correct,) = world.configs()
    stale = correct.model_attrs | {"headers": {"Authorization": "Bearer nlp_of_another_store"}}
    auto_labeling = world.project.client.auto_labeling
    auto_labeling.update_config(world.project.id, replace(correct, model_attrs=stale))
    assert world.connect().works
    (repaired,) = world.configs()
    token = repaired.model_attrs["headers"]["Authorization"].removeprefix("Bearer ")
    with world.store.read() as session:
        assert token_matches(session, "predict", "papers", token)


def test_duplicates_are_removed_and_foreign_configurations_stay(world: World) -> None:
    world.connect()
    (correct,) = world.configs()
    auto_labeling, number = world.project.client.auto_labeling, world.project.id
    auto_labeling.create_config(number, correct)
    elsewhere = correct.model_attrs | {"url": "http://127.0.0.1:9/ner"}
    foreign = auto_labeling.create_config(number, replace(correct, model_attrs=elsewhere))
    connection = world.connect()
    assert world.configs() == (correct, foreign)
    assert len(connection.changes) == 1
    assert f"configuration {foreign.id}" in texts(connection, FindingLevel.WARNING)


def test_a_server_that_is_not_running_is_a_problem_with_its_remedy(
    make_world: Callable[..., World],
) -> None:
    connection = make_world().connect()
    assert not connection.works
    problem = texts(connection, FindingLevel.PROBLEM)
    assert "nothing answers at http://127.0.0.1:9/doccano/papers" in problem
    assert "nerloop up" in problem


def test_without_a_server_nothing_is_written_anywhere(make_world: Callable[..., World]) -> None:
    world = make_world()
    connection = world.connect()
    assert connection.changes == ()
    assert connection.annotate_url is None
    assert "nothing was changed" in texts(connection, FindingLevel.WARNING)
    assert world.configs() == ()
    with world.store.read() as session:
        assert get_project(session, "papers") is None
        assert count_unapproved(session, "papers") == 0
        assert session.scalars(select(TokenRow)).all() == []


def move_server(world: World, **settings: object) -> None:
    world.settings = world.settings.model_copy(update=settings)


def test_a_working_configuration_stays_when_the_new_address_does_not_work(world: World) -> None:
    world.connect()
    before = world.configs()
    world.project.client.auto_labeling.create_config(world.project.id, before[0])
    both = world.configs()
    move_server(world, server_url="http://127.0.0.1:9")
    connection = world.connect()
    assert not connection.works
    assert connection.changes == ()
    assert world.configs() == both
    assert str(before[0].model_attrs["url"]) in texts(connection, FindingLevel.WARNING)
    with world.store.read() as session:
        assert token_matches(
            session, "predict", "papers", both[0].model_attrs["headers"]["Authorization"][7:]
        )


def test_another_address_than_loopback_names_the_host_that_the_server_listens_on(
    world: World,
) -> None:
    # An address for documentation, at which nothing answers.
    move_server(world, server_url="http://nerloop.invalid:8200")
    problem = texts(world.connect(), FindingLevel.PROBLEM)
    assert "NERLOOP_SERVER_HOST=0.0.0.0" in problem
    assert "listens on 127.0.0.1 alone" in problem


def test_a_new_token_replaces_the_old_one_only_once_it_works(world: World) -> None:
    world.connect()
    old = world.token()
    port = world.settings.server_port
    move_server(world, server_port=9)
    assert not world.connect(new_token=True).works
    assert world.token() == old
    with world.store.read() as session:
        assert token_matches(session, "predict", "papers", old)

    move_server(world, server_port=port)
    connection = world.connect(new_token=True)
    assert connection.works
    assert "issued a predict token" in connection.changes
    new = world.token()
    with world.store.read() as session:
        assert token_matches(session, "predict", "papers", new)
        assert not token_matches(session, "predict", "papers", old)


def kill_after_writing(world: World) -> str:
    """As a run that was killed between Doccano's configuration and the store; returns its token."""
    (config,) = world.configs()
    with world.store.begin() as session:
        trial = issue_trial_token(session, "papers", NOW)
    attributes = config.model_attrs | {"headers": {"Authorization": f"Bearer {trial}"}}
    world.project.client.auto_labeling.update_config(
        world.project.id, replace(config, model_attrs=attributes)
    )
    return trial


def test_a_configuration_that_was_written_before_a_kill_keeps_its_token(world: World) -> None:
    world.connect()
    trial = kill_after_writing(world)
    assert world.connect().works
    assert world.token() == trial
    with world.store.read() as session:
        assert not is_trial_token(session, "papers", trial)
        assert token_matches(session, "predict", "papers", trial)


def test_a_failed_trial_does_not_end_the_token_that_was_written_before_a_kill(
    world: World,
) -> None:
    world.connect()
    trial = kill_after_writing(world)
    move_server(world, server_port=9)
    assert not world.connect(new_token=True).works
    assert world.token() == trial
    with world.store.read() as session:
        assert token_matches(session, "predict", "papers", trial)


@pytest.mark.parametrize("step", ["create_config", "label_types"])
def test_of_two_runs_at_the_same_time_the_first_says_that_its_token_is_replaced(
    world: World, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = world.project.client
    owner = client.auto_labeling if step == "create_config" else client
    do_step = getattr(owner, step)

    def second_run_first(*arguments: object) -> object:
        with world.store.begin() as session:
            issue_trial_token(session, "papers", NOW)
        return do_step(*arguments)

    monkeypatch.setattr(owner, step, second_run_first)
    connection = world.connect()
    assert not connection.works
    assert "at the same time" in texts(connection, FindingLevel.PROBLEM)
    assert "issued a predict token" not in connection.changes
    assert len(world.configs()) == (1 if step == "create_config" else 0)


def test_a_server_with_another_store_has_an_error_of_its_own(world: World, tmp_path: Path) -> None:
    world.store = open_store(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    connection = world.connect()
    world.store.close()
    assert "another store" in texts(connection, FindingLevel.PROBLEM)


def test_unsuitable_modes_are_warnings(make_world: Callable[..., World]) -> None:
    connection = make_world(
        collaborative=False, allow_overlapping=True, grapheme_mode=True
    ).connect()
    warnings = texts(connection, FindingLevel.WARNING)
    for word in ("individual", "'always'", "overlapping", "grapheme"):
        assert word in warnings


def test_a_project_without_labels_is_connected_with_a_warning(world: World) -> None:
    for label in world.project.labels.values():
        world.project.client.delete_label(world.project.id, label)
    connection = world.connect()
    assert connection.works
    assert "no labels" in texts(connection, FindingLevel.WARNING)


def test_an_account_without_the_right_is_a_problem_and_changes_nothing(world: World) -> None:
    connection = world.connect(world.project.annotator())
    assert not connection.works
    assert "Project Admin" in texts(connection, FindingLevel.PROBLEM)
    assert connection.changes == ()
    assert world.configs() == ()


def test_a_project_that_does_not_exist_is_a_problem(world: World) -> None:
    missing = ProjectSettings(doccano_project=999_999)
    world.settings = world.settings.model_copy(update={"projects": {"papers": missing}})
    connection = world.connect(world.project.annotator(role="project_admin"))
    assert f"it can see: {world.project.id} " in texts(connection, FindingLevel.PROBLEM)
    assert connection.annotate_url is None
