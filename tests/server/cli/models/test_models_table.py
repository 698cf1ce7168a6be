"""The table of `nerloop models list`."""

import io
from datetime import UTC, datetime

from rich.console import Console

from server.cli.models.models_table import ListedVersion, Today, print_models
from worker.compared_scores import ComparedScores

FIRST = ListedVersion(
    name="v0001",
    role="predecessor",
    created_at=datetime(2026, 11, 26, 18, 40, tzinfo=UTC),
    documents=100_000,
    base_model="bundled",
    compared=ComparedScores(1.0, 2),
    today=0.392,
)
SECOND = ListedVersion(
    name="v0002",
    role="champion",
    created_at=datetime(2026, 11, 26, 18, 41, tzinfo=UTC),
    documents=57,
    base_model="bundled",
    compared=ComparedScores(0.667, 14, "v0001", 0.464),
    today=0.642,
)
BROKEN = ListedVersion(name="v0003", problem="its manifest is [gone]")


def printed(*versions: ListedVersion, today: Today | None = None) -> list[str]:
    output = io.StringIO()
    print_models(versions, today or Today(40), Console(file=output, width=80))
    return output.getvalue().splitlines()


def row(lines: list[str], name: str) -> list[str]:
    return next(line for line in lines if line.startswith(name)).split()


def test_a_score_stands_beside_the_champions_on_the_same_documents() -> None:
    lines = printed(FIRST, SECOND)
    assert row(lines, "v0002")[3:] == ["57", "0.667", "v0001", "0.464", "14", "0.642", "champion"]
    assert row(lines, "v0001")[3:] == ["100000", "1.000", "2", "0.392", "predecessor"]
    assert "today: F1 on the 40 documents held out now." in lines
    assert max(map(len, lines)) <= 80


def test_a_version_without_scores_has_empty_cells() -> None:
    bare = ListedVersion(name="v0001", created_at=FIRST.created_at, base_model="bundled")
    assert row(printed(bare), "v0001")[3:] == ["0"]


def test_a_version_that_cannot_be_read_says_why_below_the_table() -> None:
    lines = printed(FIRST, BROKEN)
    assert row(lines, "v0003") == ["v0003", "corrupt"]
    assert lines[-1] == "v0003: its manifest is [gone]"


def test_a_reason_stands_for_the_scores_of_today() -> None:
    assert "today: not measured: no documents" in printed(FIRST, today=Today(reason="no documents"))


def test_base_models_are_named_once() -> None:
    other = ListedVersion(name="v0004", created_at=FIRST.created_at, base_model="[/x]")
    assert printed(FIRST, SECOND)[-1] == "base model: bundled"
    assert printed(FIRST, SECOND, other)[-2:] == [
        "base model of v0001, v0002: bundled",
        "base model of v0004: [/x]",
    ]
