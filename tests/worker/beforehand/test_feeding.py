"""Texts of unapproved documents wait for the server, each once for a promotion."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from redis import Redis

from ner.errors import DoccanoRejected, QueueError
from ner.versions.registry import Registry
from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.collecting import PROJECT, Collecting
from tests.support.doccano.doccano_projects import TestProject
from tests.support.models.model_folders import make_manifest, make_model_folder
from tests.support.store.statements import counted
from tests.support.store.stored import record_approved
from worker.beforehand import feeding
from worker.beforehand.feeding import FEED_SECONDS, LONGEST_TEXT, Feeder
from worker.beforehand.waiting_texts import WaitingTexts
from worker.doccano.models import Example
from worker.store.corpus.revisions import Approval

Feed = Callable[[], int]


@pytest.fixture
def project(doccano: LocalDoccano) -> TestProject:
    return TestProject(doccano)


@pytest.fixture
def collecting(tmp_path: Path, project: TestProject) -> Collecting:
    return Collecting(tmp_path, project, data_dir=tmp_path / "data")


@pytest.fixture
def registry(collecting: Collecting) -> Registry:
    return Registry(collecting.settings.models_dir, PROJECT)


@pytest.fixture
def promote(registry: Registry, tmp_path: Path) -> Callable[[], None]:
    def next_version() -> None:
        champion = registry.current()
        number = len(registry.names())
        folder = make_model_folder(tmp_path / f"source-{number}", weights=bytes([number]))
        name = registry.add(folder, make_manifest()).name
        registry.promote(name, expected=champion and champion.version, reason="better")

    return next_version


@pytest.fixture
def feeder(collecting: Collecting, valkey: Redis) -> Callable[[], Feeder]:
    return lambda: Feeder(
        store=collecting.store,
        client=collecting.project.client,
        redis=valkey,
        settings=collecting.settings,
    )


@pytest.fixture
def feed(feeder: Callable[[], Feeder]) -> Feed:
    return lambda: feeder().feed(PROJECT)


@pytest.fixture
def take(valkey: Redis, registry: Registry) -> Callable[[], list[str]]:
    def all_of_them() -> list[str]:
        champion = registry.current()
        assert champion is not None
        waiting = WaitingTexts(valkey, PROJECT, champion)
        return list(iter(waiting.take, None))

    return all_of_them


def unreachable(collecting: Collecting) -> Feeder:
    """A feeder whose Redis does not answer."""
    return Feeder(
        store=collecting.store,
        client=collecting.project.client,
        redis=Redis(port=1),
        settings=collecting.settings,
    )


def test_unapproved_documents_wait_in_their_order_once_for_a_promotion(
    project: TestProject,
    collecting: Collecting,
    promote: Callable[[], None],
    feed: Feed,
    take: Callable[[], list[str]],
) -> None:
    for text, approved in (("Bonn", False), ("Trier", True), ("😀 Köln", False)):
        project.document(text, approved=approved)
    collecting.collect()
    assert feed() == 0
    promote()
    assert feed() == 2
    assert take() == ["Bonn", "😀 Köln"]
    assert feed() == 0
    promote()
    assert feed() == 2
    assert take() == ["Bonn", "😀 Köln"]


def test_new_documents_follow_at_the_next_check(
    project: TestProject,
    collecting: Collecting,
    promote: Callable[[], None],
    feed: Feed,
    take: Callable[[], list[str]],
) -> None:
    project.document("Bonn", approved=True)
    collecting.collect()
    promote()
    assert feed() == 0
    project.document("Trier")
    project.document("Köln")
    # Long before the next export, and without an auto-label call.
    collecting.pass_seconds(1)
    collecting.collect()
    assert feed() == 2
    assert take() == ["Trier", "Köln"]


def test_deleted_ticked_empty_and_very_long_documents_are_passed_over(
    project: TestProject,
    collecting: Collecting,
    promote: Callable[[], None],
    feed: Feed,
    take: Callable[[], list[str]],
) -> None:
    texts = ("Bonn", "Trier", "Köln", "x" * (LONGEST_TEXT + 1))
    deleted, ticked, *_ = [project.document(text) for text in texts]
    collecting.collect()
    promote()
    project.client.delete_example(project.id, deleted)
    project.tick(ticked)
    assert feed() == 1
    assert take() == ["Köln"]


def test_the_number_is_bounded_and_moves_on_with_the_approvals(
    project: TestProject,
    collecting: Collecting,
    promote: Callable[[], None],
    feed: Feed,
    take: Callable[[], list[str]],
) -> None:
    collecting.set(predicted_ahead=2)
    first, *_ = [project.document(f"Bonn {number}") for number in range(5)]
    collecting.collect()
    promote()
    assert feed() == 2
    assert feed() == 0
    project.tick(first)
    collecting.collect_later()
    assert [feed(), feed()] == [1, 0]
    assert take() == ["Bonn 0", "Bonn 1", "Bonn 2"]


def test_a_check_adds_only_as_many_as_fit(
    project: TestProject,
    collecting: Collecting,
    promote: Callable[[], None],
    feed: Feed,
    take: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feeding, "MOST_WAITING", 2)
    for number in range(5):
        project.document(f"Bonn {number}")
    collecting.collect()
    promote()
    assert [feed(), feed()] == [2, 0]
    assert take() == ["Bonn 0", "Bonn 1"]
    assert [feed(), feed()] == [2, 0]
    assert take() == ["Bonn 2", "Bonn 3"]
    assert feed() == 1


def test_texts_that_have_gone_from_redis_come_again(
    project: TestProject,
    collecting: Collecting,
    promote: Callable[[], None],
    feed: Feed,
    take: Callable[[], list[str]],
    valkey: Redis,
) -> None:
    texts = [f"Bonn {number}" for number in range(12)]
    for text in texts:
        project.document(text)
    collecting.collect()
    promote()
    assert feed() == 12
    valkey.delete("nerloop:ahead:papers:v0001:1")
    assert feed() == 12
    assert take() == texts
    assert feed() == 0


def test_approvals_of_another_project_let_nothing_more_through(
    project: TestProject, collecting: Collecting, promote: Callable[[], None], feed: Feed
) -> None:
    collecting.set(predicted_ahead=1)
    for number in range(3):
        project.document(f"Bonn {number}")
    collecting.collect()
    promote()
    assert feed() == 1
    with collecting.store.begin() as s:
        approvals = [Approval(str(number), f"Oslo {number}", ()) for number in range(3)]
        for approval in approvals:
            record_approved(s, "other", approval, share=0.2, now=collecting.now)
    assert feed() == 0


def test_a_document_that_doccano_cannot_deliver_is_passed_over_at_the_next_check(
    project: TestProject,
    collecting: Collecting,
    promote: Callable[[], None],
    feed: Feed,
    take: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, broken, _ = [project.document(text) for text in ("Bonn", "Trier", "Köln")]
    collecting.collect()
    promote()
    deliver = project.client.example

    def fails(number: int, example: int) -> Example:
        if example == broken:
            raise DoccanoRejected("500")
        return deliver(number, example)

    monkeypatch.setattr(project.client, "example", fails)
    with pytest.raises(DoccanoRejected):
        feed()
    assert feed() == 1
    assert take() == ["Bonn", "Köln"]
    assert first < broken


def test_a_slow_doccano_keeps_a_check_for_seconds_only(
    project: TestProject,
    collecting: Collecting,
    promote: Callable[[], None],
    feeder: Callable[[], Feeder],
    take: Callable[[], list[str]],
) -> None:
    for number in range(3):
        project.document(f"Bonn {number}")
    collecting.collect()
    promote()
    clock = count(0, FEED_SECONDS)
    slow = replace(feeder(), monotonic=lambda: float(next(clock)))
    assert slow.feed(PROJECT) == 2
    assert slow.feed(PROJECT) == 1
    assert take() == ["Bonn 0", "Bonn 1", "Bonn 2"]


def test_a_text_that_is_no_unicode_is_passed_over(
    project: TestProject,
    collecting: Collecting,
    promote: Callable[[], None],
    feed: Feed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project.document("Bonn")
    collecting.collect()
    promote()
    deliver = project.client.example
    monkeypatch.setattr(
        project.client,
        "example",
        lambda *numbers: replace(deliver(*numbers), text="\ud800 Bonn"),
    )
    assert feed() == 0


def test_zero_turns_it_off_and_redis_is_not_asked(
    project: TestProject, collecting: Collecting, promote: Callable[[], None]
) -> None:
    collecting.set(predicted_ahead=0)
    project.document("Bonn")
    collecting.collect()
    promote()
    assert unreachable(collecting).feed(PROJECT) == 0


@pytest.mark.parametrize("documents", [5, 25])
def test_with_nothing_to_add_a_check_costs_few_statements_and_no_request(
    documents: int,
    project: TestProject,
    collecting: Collecting,
    promote: Callable[[], None],
    feed: Feed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(documents):
        project.document(f"Bonn {number}")
    collecting.collect()
    promote()
    assert feed() == documents
    monkeypatch.delattr(project.client._transport, "_session")  # any request would raise
    with counted(collecting.store) as executed:
        assert feed() == 0
    assert executed.statements == 2  # of the room and of the documents


def test_without_redis_the_error_names_the_remedy(
    collecting: Collecting, promote: Callable[[], None]
) -> None:
    promote()
    with pytest.raises(QueueError, match="start `nerloop up`"):
        unreachable(collecting).feed(PROJECT)
