"""Measures one size: pulls, a check that finds nothing and the newest auto-label call."""

import os
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import event, func, insert, select

from benchmarks.growth.remote import RemoteProject
from benchmarks.measuring.peak_memory import peak_memory
from worker.collect.collect import collect
from worker.doccano.client import DoccanoClient
from worker.queue.jobs import prepare_checks
from worker.retrain.policies.retrain_policy import decide_retrain
from worker.retrain.retrain_state import read_retrain_state
from worker.settings import Settings
from worker.store.corpus.revisions import last_revision
from worker.store.database import Store, open_store
from worker.store.database.schema import RevisionRow, ServedRow
from worker.store.pulls import get_pull, save_pull
from worker.store.served import last_call
from worker.store.training.runs import finish_run, start_run

PROJECT = "growth"
NEW = 10
CALLS_PER_DOCUMENT = 10
REVISIONS_PER_DOCUMENT = 10
CHECKS = 9
MIB = 2**20


class Holds:
    """The times for which writing transactions of a store were open, in seconds."""

    def __init__(self, store: Store) -> None:
        self.longest = 0.0
        event.listen(store.engine, "begin", self._on_begin)
        # After the commit, whose own event comes before it.
        event.listen(store.engine, "checkin", self._on_checkin)

    def _on_begin(self, connection: Any) -> None:
        if connection.get_execution_options().get("writing"):
            connection.info["began"] = time.perf_counter()

    def _on_checkin(self, _connection: Any, record: Any) -> None:
        began = record.info.pop("began", None)
        if began is not None:
            self.longest = max(self.longest, time.perf_counter() - began)


def measure(documents: int, store_url: str, data_dir: Path) -> dict[str, float]:
    """The figures of a new project with so many documents; the store at `store_url` is empty."""
    settings = _settings(store_url, data_dir)
    store = open_store(store_url)
    holds = Holds(store)
    remote = RemoteProject(documents)

    def pull() -> None:
        client = cast(DoccanoClient, remote)
        collect(store, client, PROJECT, settings, datetime.now(UTC), force=True)

    figures = _timed("first_pull", pull) | {"first_pull_hold_ms": _ms(holds.longest)}
    figures["first_pull_peak_mib"] = round(peak_memory() / MIB)
    holds.longest = 0.0
    figures |= _timed("same_pull", pull) | {"same_pull_hold_ms": _ms(holds.longest)}
    remote.documents += NEW
    figures |= _timed("ten_new_pull", pull)
    _finish_a_run(store, documents)
    figures |= _timed("decision", lambda: _decide(store, settings))
    _serve(store, CALLS_PER_DOCUMENT * documents)
    _repeat_revisions(store)
    _finish_a_run(store, documents)
    figures |= _timed("newest_call", lambda: _newest_call(store))
    figures |= _timed("decision_with_history", lambda: _decide(store, settings))
    figures |= _timed("history_pull", pull)
    store.close()
    return figures


def measure_apart(documents: int, store_url: str, data_dir: Path) -> dict[str, float]:
    """What the size of the process decides on, after `measure`, in a process that is new.

    That is the process of a check, forked from it, and the peak memory of a pull without a change.
    """
    settings = _settings(store_url, data_dir)
    client = cast(DoccanoClient, RemoteProject(documents + NEW))
    store = prepare_checks(settings)
    checks = [_in_a_process(lambda: _check(store, client, settings)) for _ in range(CHECKS)]
    collect(store, client, PROJECT, settings, datetime.now(UTC), force=True)
    store.close()
    return {
        "check_process_cpu_s": statistics.median(checks),
        "same_pull_peak_mib": round(peak_memory() / MIB),
    }


def _settings(store_url: str, data_dir: Path) -> Settings:
    projects = {PROJECT: {"doccano_project": 1}}
    return Settings(data_dir=data_dir, store_url=store_url, projects=projects)


def _check(store: Store, client: DoccanoClient, settings: Settings) -> None:
    """What the process of a check does, its settings and queues aside."""
    collect(store, client, PROJECT, settings, datetime.now(UTC))
    _decide(store, settings)
    store.close()


def _decide(store: Store, settings: Settings) -> None:
    now = datetime.now(UTC)
    with store.read() as s:
        state = read_retrain_state(s, settings, PROJECT, host="here", training_here=False, now=now)
    if decide_retrain(state, settings.project(PROJECT).retrain, now).go:
        raise ValueError("a training is due, so that this is no check that finds nothing")


def _newest_call(store: Store) -> None:
    with store.read() as s:
        if last_call(s, PROJECT) is None:
            raise ValueError("there is no call")


def _finish_a_run(store: Store, documents: int) -> None:
    now = datetime.now(UTC)
    with store.begin() as s:
        run = start_run(
            s,
            PROJECT,
            fingerprint="measured",
            parameters={},
            last_revision_id=last_revision(s, PROJECT),
            documents=documents,
            approved=documents,
            host="here",
            machine_free=True,
            now=now,
        )
        if run is not None:
            # Refused: a champion whose folder is missing would be a reason to train.
            finish_run(s, run.id, "refused", version="v0001", now=now)


def _serve(store: Store, calls: int) -> None:
    """Records calls that were looked at, as all are that are older than half an hour."""
    now = datetime.now(UTC)
    row = {
        "project": PROJECT,
        "exact_hash": "0" * 64,
        "outcome": "answered",
        "spans": [],
        "scores": [],
        "served_at": now,
    }
    with store.begin() as s:
        s.execute(insert(ServedRow), [row] * calls)
        newest = last_call(s, PROJECT)
        assert newest is not None
        save_pull(s, replace(get_pull(s, PROJECT), checked_served_id=newest.id))


def _repeat_revisions(store: Store) -> None:
    """Adds old revisions, so that each document has been approved many times."""
    names = [column.name for column in RevisionRow.__table__.columns if column.name != "id"]
    with store.begin() as s:
        first = select(*(getattr(RevisionRow, name) for name in names))
        last = s.scalar(select(func.max(RevisionRow.id)))
        for _ in range(REVISIONS_PER_DOCUMENT - 1):
            query = first.where(RevisionRow.id <= last).order_by(RevisionRow.id)
            s.execute(insert(RevisionRow).from_select(names, query))


def _timed(name: str, action: Callable[[], object]) -> dict[str, float]:
    """Wall and processor time of a second call of what is cheap, of the only one of a pull."""
    if not name.endswith("pull"):
        action()  # compiles the statements
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    return {
        f"{name}_s": round(time.perf_counter() - wall, 4),
        f"{name}_cpu_s": round(time.process_time() - cpu, 4),
    }


def _in_a_process(action: Callable[[], object]) -> float:
    """The processor time of a forked process that does this."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    child = os.fork()
    if child == 0:
        try:
            action()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    if status != 0:
        raise ValueError("the process of the check failed")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
    return round(user + system, 4)


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 1)
