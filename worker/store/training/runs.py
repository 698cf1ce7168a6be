"""Training runs: at most one at a time in a project, taken over if its process has died."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any, Literal, cast

from sqlalchemy import Select, Update, select, update
from sqlalchemy.orm import Session

from worker.store.database.locks import take_lock
from worker.store.database.schema import RunRow

RunState = Literal["running", "promoted", "refused", "failed"]

LEASE = timedelta(seconds=60)

_RUN_ID = re.compile(r"(?P<number>[0-9]{1,9})-[0-9]{8}T[0-9]{12}")


@dataclass(frozen=True, slots=True)
class Run:
    """One training run. `key` is the hash of its data and parameters (`run_key`).

    `documents` are those of the training side, `approved` those of both sides.
    `attempt` counts the processes that have worked on it; it is above 1 if the run was taken over.
    `stalled` counts those that were taken over from since it last came further (`note_progress`).
    `start_reasons` say why it started warm or from scratch and what its data lacked, `reasons`
    explain its verdict.
    """

    id: int
    project: str
    state: RunState
    key: str
    fingerprint: str
    parameters: Mapping[str, Any]
    last_revision_id: int
    forced: bool
    host: str
    attempt: int
    stalled: int
    started_at: datetime
    heartbeat_at: datetime
    finished_at: datetime | None
    documents: int
    approved: int
    version: str | None
    compared_with: str | None
    start_reasons: tuple[str, ...]
    reasons: tuple[str, ...]
    scores: Mapping[str, Any] | None
    error: str | None

    @property
    def warm_from(self) -> str | None:
        """The version that the run started from, or None if it started from scratch."""
        return self.parameters.get("warm_from")


def run_key(fingerprint: str, parameters: Mapping[str, Any]) -> str:
    """SHA-256 of data and parameters (JSON values, in any order), in hex."""
    content = json.dumps([fingerprint, parameters], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode("ascii")).hexdigest()


def start_run(
    s: Session,
    project: str,
    *,
    fingerprint: str,
    parameters: Mapping[str, Any],
    last_revision_id: int,
    documents: int,
    approved: int,
    host: str,
    machine_free: bool,
    forced: bool = False,
    start_reasons: Sequence[str] = (),
    now: datetime,
) -> Run | None:
    """Starts a run or takes over the project's unfinished one; None if that one is alive.

    A run that is taken over keeps its row, its data (`last_revision_id`) and its parameters so that
    it resumes; the arguments for a new run are then ignored. A run of another host is alive while
    its heartbeat is younger than `LEASE`. A run of this `host` is alive unless `machine_free`: the
    caller then holds the machine's training lock, so no other process of it is training.
    """
    take_lock(s, "project", project)
    row = s.scalars(_runs(project).where(RunRow.state == "running")).first()
    if row is not None:
        if is_alive(row, host=host, running_here=not machine_free, now=now):
            return None
        row.host, row.heartbeat_at = host, now
        row.attempt, row.stalled = row.attempt + 1, row.stalled + 1
    else:
        row = RunRow(
            project=project,
            state="running",
            key=run_key(fingerprint, parameters),
            fingerprint=fingerprint,
            parameters=dict(parameters),
            last_revision_id=last_revision_id,
            forced=forced,
            host=host,
            attempt=1,
            stalled=0,
            started_at=now,
            heartbeat_at=now,
            documents=documents,
            approved=approved,
            start_reasons=list(start_reasons),
            reasons=[],
        )
        s.add(row)
    s.flush()
    return _run(row)


def is_alive(run: "Run | RunRow", *, host: str, running_here: bool, now: datetime) -> bool:
    """Whether a process works on the run: `running_here` on this `host`, else by its heartbeat."""
    # A heartbeat of a clock that was ahead must not keep the run for as long as it was ahead.
    return running_here if run.host == host else abs(now - run.heartbeat_at) < LEASE


def heartbeat(s: Session, run_number: int, now: datetime, *, attempt: int | None = None) -> bool:
    """Renews the run's lease; returns False if it is finished or taken over since `attempt`."""
    query = _running(run_number, attempt).values(heartbeat_at=now)
    return s.scalar(query.returning(RunRow.id)) is not None


def note_error(s: Session, run_number: int, error: str, *, attempt: int) -> None:
    """Keeps the error that interrupted an unfinished run, unless another attempt works on it."""
    s.execute(_running(run_number, attempt).values(error=error))


def note_progress(s: Session, run_number: int, *, attempt: int) -> None:
    """Notes that an attempt has come further than those before it."""
    s.execute(_running(run_number, attempt).values(stalled=0))


def finish_run(
    s: Session,
    run_number: int,
    state: Literal["promoted", "refused", "failed"],
    *,
    reasons: Sequence[str] = (),
    scores: Mapping[str, Any] | None = None,
    version: str | None = None,
    compared_with: str | None = None,
    error: str | None = None,
    attempt: int | None = None,
    now: datetime,
) -> bool:
    """Records the verdict; returns False if the run is finished or taken over since `attempt`."""
    query = _running(run_number, attempt).values(
        state=state,
        reasons=list(reasons),
        scores=None if scores is None else dict(scores),
        version=version,
        compared_with=compared_with,
        error=error,
        heartbeat_at=now,
        finished_at=now,
    )
    return s.scalar(query.returning(RunRow.id)) is not None


def last_finished(s: Session, project: str) -> Run | None:
    """The newest run with a verdict, promoted or refused."""
    return _first(s, _finished(project))


def last_promoted(s: Session, project: str) -> Run | None:
    """The newest run whose version was promoted."""
    return _first(s, _runs(project).where(RunRow.state == "promoted"))


def finished_runs(s: Session, project: str, fingerprint: str) -> tuple[Run, ...]:
    """The runs with a verdict on this data, newest first."""
    query = _finished(project).where(RunRow.fingerprint == fingerprint)
    return tuple(_run(row) for row in s.scalars(query))


def warm_streak(s: Session, project: str) -> tuple[Run, ...]:
    """The warm runs with a verdict since the last one from scratch, newest first."""
    finished = (_run(row) for row in s.scalars(_finished(project)))
    return tuple(takewhile(lambda run: run.warm_from is not None, finished))


def run_of_version(s: Session, project: str, version: str) -> Run | None:
    """The newest run that made this version, or None."""
    return _first(s, _finished(project).where(RunRow.version == version))


def run_id_of(run: Run) -> str:
    """The run's number and start time: the number alone is not unique, as a new store reuses it."""
    return f"{run.id}-{run.started_at:%Y%m%dT%H%M%S%f}"


def run_by_id(s: Session, project: str, run_id: str) -> Run | None:
    """The project's run with this id, as a version's manifest names it, or None."""
    match = _RUN_ID.fullmatch(run_id)
    if match is None:
        return None
    run = _first(s, _runs(project).where(RunRow.id == int(match["number"])))
    return run if run and run_id_of(run) == run_id else None


def lineage(s: Session, run: Run) -> tuple[Run, ...]:
    """The run and those whose versions it was continued from, back to one from scratch."""
    runs = [run]
    while (name := runs[-1].warm_from) and (earlier := run_of_version(s, run.project, name)):
        if earlier.id >= runs[-1].id:  # the registry was set up again and counts from 1
            break
        runs.append(earlier)
    return tuple(runs)


def unfinished(s: Session, project: str) -> Run | None:
    """The project's unfinished run, at work or waiting to be taken over, or None."""
    return _first(s, _runs(project).where(RunRow.state == "running"))


def consecutive_failures(
    s: Session, project: str, *, verdict: Run | None
) -> tuple[int, datetime | None]:
    """The number of runs that failed since the last `verdict`, and when the newest one failed."""
    query = select(RunRow.finished_at).where(
        RunRow.project == project,
        RunRow.state == "failed",
        RunRow.id > (verdict.id if verdict else 0),
    )
    failed = s.scalars(query.order_by(RunRow.id.desc())).all()
    return len(failed), failed[0] if failed else None


def list_runs(s: Session, project: str, *, limit: int = 50) -> tuple[Run, ...]:
    """The project's runs, newest first."""
    return tuple(_run(row) for row in s.scalars(_runs(project).limit(limit)))


def _runs(project: str) -> Select[RunRow]:
    return (
        select(RunRow)
        .where(RunRow.project == project)
        .order_by(RunRow.id.desc())
        .execution_options(populate_existing=True)
    )


def _finished(project: str) -> Select[RunRow]:
    return _runs(project).where(RunRow.state.in_(["promoted", "refused"]))


def _running(run_number: int, attempt: int | None) -> Update:
    query = update(RunRow).where(RunRow.id == run_number, RunRow.state == "running")
    return query if attempt is None else query.where(RunRow.attempt == attempt)


def _first(s: Session, query: Select[RunRow]) -> Run | None:
    row = s.scalars(query.limit(1)).first()
    return None if row is None else _run(row)


def _run(row: RunRow) -> Run:
    return Run(
        id=row.id,
        project=row.project,
        state=cast(RunState, row.state),
        key=row.key,
        fingerprint=row.fingerprint,
        parameters=row.parameters,
        last_revision_id=row.last_revision_id,
        forced=row.forced,
        host=row.host,
        attempt=row.attempt,
        stalled=row.stalled,
        started_at=row.started_at,
        heartbeat_at=row.heartbeat_at,
        finished_at=row.finished_at,
        documents=row.documents,
        approved=row.approved,
        version=row.version,
        compared_with=row.compared_with,
        start_reasons=tuple(row.start_reasons or ()),
        reasons=tuple(row.reasons),
        scores=row.scores,
        error=row.error,
    )
