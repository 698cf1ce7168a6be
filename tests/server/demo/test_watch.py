from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
from rich.console import Console

from ner.errors import CollectError, QueueError, StoreError, TrainingError
from ner.spans import Span
from server.demo.screen import Screen
from server.demo.watch import Watch
from tests.support.store.stored import record_approved
from worker.progress import JobProgress
from worker.project_settings import ProjectSettings, RetrainSettings
from worker.settings import Settings
from worker.store.corpus.revisions import Approval, count_approved
from worker.store.database import Store, open_store
from worker.store.training.runs import finish_run, start_run

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass
class Service:
    """A fake of the child process that runs one function at each check."""

    at_check: list[Callable[[], object]] = field(default_factory=list)

    def check(self) -> None:
        if self.at_check:
            self.at_check.pop(0)()


class Clock:
    """A clock on which time passes only in `sleep`, fifteen seconds each time."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, _seconds: float) -> None:
        self.now += 15.0


class Queues:
    def progress(self, _project: str) -> JobProgress:
        return JobProgress(phase="training", epoch=1.0, epochs=8, f1=0.5)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    yield opened
    opened.close()


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def watch(store: Store, service: Service, tmp_path: Path) -> Watch:
    clock = Clock()
    project = ProjectSettings(doccano_project=1, retrain=RetrainSettings(first_documents=2))
    parts: dict[str, Any] = {"service": service, "queues": Queues()}
    return Watch(
        settings=Settings(data_dir=tmp_path, projects={"papers": project}),
        project="papers",
        store=store,
        screen=Screen(Console(quiet=True)),
        admin_token="nla_x",
        monotonic=clock,
        sleep=clock.sleep,
        **parts,
    )


def approve(store: Store, *names: str) -> None:
    with store.begin() as session:
        for name in names:
            approval = Approval(name, f"In Lyon {name}", (Span(3, 7, "1"),))
            record_approved(session, "papers", approval, share=0.2, now=NOW)


def train(
    store: Store, state: Literal["promoted", "refused", "failed"] | None, *, up_to: int
) -> int:
    with store.begin() as session:
        run = start_run(
            session,
            "papers",
            fingerprint=str(up_to),
            parameters={},
            last_revision_id=up_to,
            documents=up_to,
            approved=up_to,
            host="here",
            machine_free=True,
            now=NOW,
        )
        assert run is not None
        if state:
            finish_run(session, run.id, state, version="v0001", error="no memory", now=NOW)
    return run.id


def test_documents_are_waited_for_until_the_store_has_them(
    watch: Watch, store: Store, service: Service
) -> None:
    service.at_check = [lambda: approve(store, "7"), lambda: approve(store, "8", "9")]
    watch.wait_until_collected(3)
    assert service.at_check == []


def test_documents_that_never_come_are_an_error(watch: Watch, store: Store) -> None:
    approve(store, "7")
    with pytest.raises(CollectError, match="the 2 approved documents were not collected"):
        watch.wait_until_collected(2)


@pytest.mark.parametrize("state", ["promoted", "refused"])
def test_the_verdict_is_that_of_a_run_after_the_known_one(
    watch: Watch, store: Store, service: Service, state: Literal["promoted", "refused"]
) -> None:
    known = train(store, "promoted", up_to=0)
    approve(store, "7", "8")
    service.at_check = [lambda: None, lambda: train(store, state, up_to=2)]
    run = watch.wait_for_verdict(known)
    assert run.id > known
    assert run.state == state


def test_a_run_that_another_follows_is_not_the_verdict(
    watch: Watch, store: Store, service: Service
) -> None:
    approve(store, "7", "8")
    train(store, "promoted", up_to=2)
    approve(store, "9", "10")
    service.at_check = [lambda: None, lambda: train(store, "promoted", up_to=4)]
    assert watch.wait_for_verdict(0).last_revision_id == 4


def test_a_run_that_left_out_fewer_documents_than_are_wanted_is_the_verdict(
    watch: Watch, store: Store
) -> None:
    approve(store, "1", "2", "3", "4")
    train(store, "promoted", up_to=4)
    approve(store, "5", "6", "7")
    assert watch.wait_for_verdict(0).last_revision_id == 4


def test_a_running_training_is_waited_for(watch: Watch, store: Store) -> None:
    approve(store, "7", "8")
    train(store, None, up_to=2)
    with pytest.raises(TrainingError, match="no training finished"):
        watch.wait_for_verdict(0)


def test_a_failed_training_ends_the_wait_with_its_error(watch: Watch, store: Store) -> None:
    approve(store, "7", "8")
    train(store, "failed", up_to=2)
    with pytest.raises(TrainingError, match="no memory"):
        watch.wait_for_verdict(0)


def test_a_service_that_has_ended_is_an_error(watch: Watch, service: Service) -> None:
    def ended() -> None:
        raise QueueError("`nerloop up` ended")

    service.at_check = [ended]
    with pytest.raises(QueueError, match="ended"):
        watch.wait_until_collected(1)


def test_neighbours_that_are_away_for_a_while_are_waited_for(
    watch: Watch, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    approve(store, "7", "8", "9")
    away: list[Exception] = [QueueError("no Redis"), StoreError("locked")]
    count = count_approved

    def count_or_fail(*arguments: Any) -> int:
        if away:
            raise away.pop(0)
        return count(*arguments)

    monkeypatch.setattr("server.demo.watch.count_approved", count_or_fail)
    watch.wait_until_collected(3)
    assert away == []
