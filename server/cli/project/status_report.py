"""The state of a project in words, for the terminal."""

from collections.abc import Iterator
from datetime import datetime

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from server.cli.corpus_options import say
from server.cli.project.project_status import Ahead, Status
from worker.store.pulls import PullState
from worker.store.training.runs import Run
from worker.wording import counted, in_words

# A label and a value of one line of the report.
Entry = tuple[str, str]
LABEL_WIDTH = 12


def print_status(console: Console, status: Status, now: datetime) -> None:
    """Prints the project's status: wrapped on a terminal, one line a value elsewhere."""
    if console.is_terminal:
        console.print(as_renderable(status, now))
        return
    say(console, status.project)
    _print_lines(console, entries(status, now))
    if status.runs:
        console.print(_runs_table(status))
        _print_lines(console, _reasons(status))


def as_renderable(status: Status, now: datetime) -> RenderableType:
    """The project's status, wrapped to the width of a terminal."""
    parts: list[RenderableType] = [Text(status.project, style="bold"), _grid(entries(status, now))]
    if status.runs:
        parts += [_runs_table(status), _grid(_reasons(status))]
    return Group(*parts)


def entries(status: Status, now: datetime) -> list[Entry]:
    """The status as pairs of a label and a value."""
    pull = status.pull
    shown: list[Entry] = []
    if not status.connected:
        shown.append(("connected", f"not yet: run `nerloop connect {status.project}`"))
    shown.append(("documents", _documents(status, now)))
    if status.imported:
        shown.append(("imported", f"{counted(status.imported, 'approved document')} from files"))
    shown += [("left out", f"{n} {reason}") for reason, n in sorted(status.left_out.items())]
    shown += [("note", remark) for remark in status.remarks]
    shown += [
        ("changed", f"{status.changed} since the last finished training"),
        ("model", _champion(status)),
        ("training", _training(status)),
        ("last check", _last_check(status, now)),
    ]
    if status.ahead:
        shown.append(("ahead", _ahead(status.ahead)))
    if pull.exports:
        shown.append(("exports", f"{pull.exports} made by nerloop; Doccano keeps the file of each"))
    if status.rebind:
        shown.append(("doccano", status.rebind))
    if pull.last_error and pull.last_error not in (status.rebind, pull.refusal):
        shown.append(("pull error", pull.last_error))
    shown += [("held back", held) for held in _held_back(status)]
    if status.queue_error:
        shown.append(("queue", status.queue_error))
    return shown


def _documents(status: Status, now: datetime) -> str:
    counts, pull = status.documents, status.pull
    if pull.documents is None and not counts.in_doccano:
        return f"none read yet; `nerloop collect {status.project}` reads them now"
    wait = f" ({_next_export(status, now)})" if _has_moved(pull) and status.export_at else ""
    parts = [f"{counts.collected} approved and collected"]
    if counts.ticked_only:
        parts.append(f"{counts.ticked_only} ticked but not collected yet{wait}")
    if pull.documents is not None and pull.ticked is None and wait:
        parts.append(f"{counts.to_do} to do or changed since the last export{wait}")
    else:
        parts.append(f"{counts.to_do} to do")
    if counts.unticked_only:
        parts[-1] += f", {counts.unticked_only} of them collected and since unticked{wait}"
    return f"{counts.in_doccano} in Doccano: {', '.join(parts)}"


def _last_check(status: Status, now: datetime) -> str:
    checked = status.pull.pulled_at
    if checked is None:
        return "none yet"
    # Ticks that the checks have collected one by one change the counts too, and need no export.
    missing = status.documents.ticked_only or status.documents.unticked_only
    pending = missing or status.pull.ticked is None
    if not pending or not _has_moved(status.pull) or status.export_at is None:
        return f"{checked:%Y-%m-%d %H:%M:%S} UTC"
    wait = f"Doccano's counts have changed since the last export ({_next_export(status, now)})"
    return f"{checked:%Y-%m-%d %H:%M:%S} UTC; {wait}"


def _has_moved(pull: PullState) -> bool:
    """Whether Doccano's counts have changed since the last export."""
    return pull.gate != pull.gate_exported


def _next_export(status: Status, now: datetime) -> str:
    left = (status.export_at - now).total_seconds() if status.export_at else 0
    return f"next export in {in_words(left)}" if left > 0 else "next export at the next check"


def _held_back(status: Status) -> Iterator[str]:
    pull, command = status.pull, f"nerloop collect {status.project}"
    if pull.refusal:
        yield pull.refusal
    if pull.held_back:
        documents = counted(len(pull.held_back), "document")
        yield f"the withdrawal of {documents}; to accept it: {command} --accept-withdrawals"
    if pull.held_changes:
        documents = counted(len(pull.held_changes), "document")
        yield f"the loss of all spans of {documents}; to accept it: {command} --accept-changes"


def _ahead(ahead: Ahead) -> str:
    """What of the unapproved documents the server predicts before somebody opens them."""
    texts = counted(ahead.texts, "document")
    if ahead.waiting:
        return f"{texts} whose suggestions are made before they are opened, {ahead.waiting} to go"
    return f"{texts} whose suggestions are ready before they are opened"


def _champion(status: Status) -> str:
    champion = status.champion
    if champion is None:
        return "none yet"
    verb = "champion again since" if champion.rollback else "promoted"
    reason = champion.reason
    if any(run.version == champion.version and run.reasons for run in status.runs):
        reason = reason.partition(";")[0]  # all of them stand below the table
    return f"{champion.version}, {verb} {champion.at:%Y-%m-%d %H:%M} UTC: {reason}"


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
        parts.append(f"{in_words(progress.seconds_left)} left")
    return ", ".join(parts)


def _start(warm_from: str | None) -> str:
    return f"warm from {warm_from}" if warm_from else "from scratch"


def _runs_table(status: Status) -> Table:
    table = Table("run", "started", "documents", "start", "outcome", "version")
    for run in status.runs:
        table.add_row(
            str(run.id),
            f"{run.started_at:%Y-%m-%d %H:%M}",
            str(run.documents),
            _start(run.warm_from),
            run.state,
            run.version or "",
        )
    return table


def _reasons(status: Status) -> Iterator[Entry]:
    for run in status.runs:
        why = _why(run)
        if why:
            yield f"run {run.id}", why


def _why(run: Run) -> str:
    return run.error or "; ".join([*run.start_reasons, *run.reasons])


def _print_lines(console: Console, shown: list[Entry] | Iterator[Entry]) -> None:
    for label, value in shown:
        say(console, f"  {label:<{LABEL_WIDTH}}{value}")


def _grid(shown: list[Entry] | Iterator[Entry]) -> Table:
    grid = Table.grid()
    grid.add_column(width=LABEL_WIDTH + 2, no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in shown:
        grid.add_row(Text(f"  {label}"), Text(value))
    return grid
