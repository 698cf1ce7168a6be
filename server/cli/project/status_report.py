"""The state of a project, printed on the terminal."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ner.errors import QueueError
from ner.versions.registry import Promotion, Registry
from server.cli.corpus_options import say
from worker.progress import JobProgress
from worker.queue.queues import JobState, Queues, connect
from worker.retrain.policies.retrain_policy import Decision, decide_retrain
from worker.retrain.retrain_state import read_retrain_state
from worker.settings import Settings
from worker.store.database import Store
from worker.store.datasets import IN_DOCCANO, load_dataset
from worker.store.documents import count_unapproved
from worker.store.pulls import PullState, get_pull
from worker.store.revisions import changes_since, current_approved
from worker.store.runs import Run, last_finished, list_runs

SHOWN_RUNS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The state of a project.

    `left_out` counts, by reason, approved documents and spans that are neither trained nor tested
    on; `remarks` are those of the `Dataset`. `queue_error` says why `progress` is not known.
    """

    project: str
    approved: int
    imported: int
    unapproved: int
    left_out: Mapping[str, int]
    remarks: tuple[str, ...] = ()
    changed: int
    pull: PullState
    decision: Decision
    runs: tuple[Run, ...]
    champion: Promotion | None
    progress: JobProgress | None
    queue_error: str | None


def print_status(
    console: Console, settings: Settings, store: Store, project: str, now: datetime
) -> None:
    """Prints the project's status."""
    status = read_status(settings, store, project, connect_queues(settings, now), now)
    for line in lines(status):
        say(console, line)
    if status.runs:
        console.print(_runs_table(status))


def connect_queues(settings: Settings, now: datetime) -> Queues | QueueError:
    """The queues, or the error if they cannot be reached; the status is printed either way."""
    try:
        queues = connect(settings, clock=lambda: now)
        queues.ping()
    except QueueError as error:
        return error
    return queues


def read_status(
    settings: Settings, store: Store, project: str, queues: Queues | QueueError, now: datetime
) -> Status:
    """Reads the status. Raises SettingsError for an unknown project, and StoreError."""
    reachable = queues if isinstance(queues, Queues) else None
    running = reachable is not None and reachable.state("retrain", project) is JobState.RUNNING
    with store.read() as session:
        last = last_finished(session, project)
        dataset = load_dataset(session, project)
        imported = len(current_approved(session, project, source="import"))
        state = read_retrain_state(
            session, settings, project, host=socket.gethostname(), training_here=running, now=now
        )
        return Status(
            project=project,
            approved=len(current_approved(session, project)),
            imported=imported - dataset.left_out.get(IN_DOCCANO, 0),
            unapproved=count_unapproved(session, project),
            left_out=dataset.left_out,
            remarks=dataset.remarks,
            changed=changes_since(session, project, last.last_revision_id if last else 0).documents,
            pull=get_pull(session, project),
            decision=decide_retrain(state, settings.project(project).retrain, now),
            runs=list_runs(session, project, limit=SHOWN_RUNS),
            champion=Registry(settings.models_dir, project).current(),
            progress=reachable.progress(project) if reachable else None,
            queue_error=str(queues) if isinstance(queues, QueueError) else None,
        )


def lines(status: Status) -> list[str]:
    """The status as lines of text, one value on each."""
    shown = [
        status.project,
        f"  documents   {status.approved} approved, {status.unapproved} to do"
        + (f", {status.imported} imported" if status.imported else ""),
        *(f"  left out    {count} {reason}" for reason, count in sorted(status.left_out.items())),
        *(f"  note        {remark}" for remark in status.remarks),
        f"  changed     {status.changed} since the last finished training",
        f"  model       {_champion(status.champion)}",
        f"  training    {_training(status)}",
    ]
    pulled = status.pull.pulled_at
    shown.append(f"  last pull   {f'{pulled:%Y-%m-%d %H:%M:%S} UTC' if pulled else 'none yet'}")
    if status.pull.last_error:
        shown.append(f"  pull error  {status.pull.last_error}")
    if status.pull.held_back:
        shown.append(
            f"  held back   the withdrawal of {len(status.pull.held_back)} documents; to accept "
            f"it: nerloop collect {status.project} --accept-withdrawals"
        )
    if status.queue_error:
        shown.append(f"  queue       {status.queue_error}")
    return shown


def _champion(champion: Promotion | None) -> str:
    if champion is None:
        return "none yet"
    verb = "rolled back to" if champion.rollback else "promoted"
    return f"{champion.version}, {verb} {champion.at:%Y-%m-%d %H:%M} UTC: {champion.reason}"


def _training(status: Status) -> str:
    progress = status.progress
    if progress is None:
        return "; ".join(status.decision.reasons)
    parts = [progress.phase, _start(progress.warm_from)]
    if progress.epoch is not None and progress.epochs:
        parts.append(f"epoch {progress.epoch:.1f} of {progress.epochs}")
    if progress.f1 is not None:
        parts.append(f"F1 {progress.f1:.3f}")
    if progress.seconds_left is not None:
        parts.append(f"{progress.seconds_left:.0f} s left")
    return ", ".join(parts)


def _start(warm_from: str | None) -> str:
    return f"warm from {warm_from}" if warm_from else "from scratch"


def _runs_table(status: Status) -> Table:
    table = Table("run", "started", "documents", "start", "outcome", "version", "why")
    for run in status.runs:
        why = run.error or "; ".join([*run.start_reasons, *run.reasons])
        table.add_row(
            str(run.id),
            f"{run.started_at:%Y-%m-%d %H:%M}",
            str(run.documents),
            _start(run.warm_from),
            run.state,
            run.version or "",
            escape(why),
        )
    return table
