"""The list of a project's versions: scores that can be compared, in a table of 80 columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich import box
from rich.console import Console
from rich.table import Column, Table

from server.cli.corpus_options import say
from worker.compared_scores import ComparedScores
from worker.wording import counted

# In two lines, so that the table has 80 columns.
_FIGURES = ("trained\non", "F1", "champion\nthen", "on", "today")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedVersion:
    """A version as it is listed; without `created_at` its manifest cannot be read.

    `problem` says why that is so, or why the version could not be scored.

    `compared` has the scores of the time when it was made, `today` is its F1 on the documents that
    are held out now.
    """

    name: str
    role: str = ""
    created_at: datetime | None = None
    documents: int = 0
    base_model: str = ""
    compared: ComparedScores | None = None
    today: float | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Today:
    """How many documents are held out now, or why no version was scored on them."""

    documents: int = 0
    reason: str = ""


def print_models(versions: Sequence[ListedVersion], today: Today, console: Console) -> None:
    """Prints the table, what its columns mean, and what could not be shown."""
    console.print(_table(versions))
    for line in _notes(versions, today):
        say(console, line)


def _table(versions: Sequence[ListedVersion]) -> Table:
    table = Table(
        *(Column(header, no_wrap=True) for header in ("version", "created")),
        *(Column(header, justify="right", no_wrap=True) for header in _FIGURES),
        Column("role", no_wrap=True),
        box=box.SIMPLE,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for version in versions:
        if version.created_at is None:
            table.add_row(version.name, "corrupt", "", "", "", "", "", version.role)
            continue
        table.add_row(
            version.name,
            f"{version.created_at:%Y-%m-%d %H:%M}",
            str(version.documents),
            *_compared(version.compared),
            _number(version.today),
            version.role,
        )
    return table


def _compared(scores: ComparedScores | None) -> tuple[str, str, str]:
    if scores is None:
        return "", "", ""
    champion = f"{scores.champion} {_number(scores.champion_f1)}" if scores.champion else ""
    return _number(scores.f1), champion, str(scores.documents)


def _number(f1: float | None) -> str:
    return "" if f1 is None else f"{f1:.3f}"


def _notes(versions: Sequence[ListedVersion], today: Today) -> Iterator[str]:
    yield ""
    yield "F1: strict, on the documents held out when the model was made; on: their number."
    yield "champion then: the champion of that time and its F1 on the same documents."
    if today.reason:
        yield f"today: not measured: {today.reason}"
    else:
        yield f"today: F1 on the {counted(today.documents, 'document')} held out now."
    yield from _base_models([version for version in versions if version.created_at])
    yield from (f"{version.name}: {version.problem}" for version in versions if version.problem)


def _base_models(versions: Sequence[ListedVersion]) -> Iterator[str]:
    """One line for all versions, or one for each base model."""
    for base_model in dict.fromkeys(version.base_model for version in versions):
        names = [version.name for version in versions if version.base_model == base_model]
        whose = "" if len(names) == len(versions) else f" of {', '.join(names)}"
        yield f"base model{whose}: {base_model}"
