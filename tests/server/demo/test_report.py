from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from ner.scoring.evaluation import Scores, evaluate
from ner.spans import Document, Span
from ner.versions.manifest import Manifest
from ner.versions.version import Version
from server.demo.report import VersionRow, figures, judge, version_rows, versions_table
from server.demo.reviewer import Review

GOLD = Document("ab", (Span(0, 1, "A"), Span(1, 2, "A")))


def row(version: str, f1: float) -> VersionRow:
    return VersionRow(
        version=version,
        documents=20,
        f1=f1,
        suggested=0,
        accepted=0,
        promoted=True,
        swap_seconds=None,
    )


def review(suggested: int, accepted: int, seconds: float = 0.05) -> Review:
    return Review(suggested, accepted, added=1, answer_seconds=seconds, ticked_at=0.0)


@pytest.mark.parametrize(
    ("scores", "worked", "word"),
    [
        ([0.5, 0.7, 0.8], True, "0.800"),
        ([0.5, 0.4, 0.6, 0.55], True, "0.550"),
        ([0.5, 0.9], False, "only 2 versions"),
        ([], False, "only 0 versions"),
        ([0.5, 0.9, 0.5], False, "not above"),
    ],
)
def test_the_loop_worked_with_three_versions_of_which_the_last_beats_the_first(
    scores: list[float], worked: bool, word: str
) -> None:
    verdict = judge([row(f"v{number:04d}", f1) for number, f1 in enumerate(scores, start=1)])
    assert verdict.worked is worked
    assert word in verdict.words


def test_a_row_counts_the_suggestions_of_its_own_version() -> None:
    versions = [_version("v0001", 20), _version("v0002", 60)]
    scores: dict[str, Scores] = {
        "v0001": evaluate([GOLD], [[Span(0, 1, "A")]]),
        "v0002": evaluate([GOLD], [GOLD.spans]),
    }
    reviews = {"": [review(0, 0)], "v0001": [review(4, 1), review(2, 2)]}
    first, second = version_rows(versions, scores, reviews, {"v0001": 31.0}, ["v0001"])
    assert (first.documents, first.suggested, first.accepted) == (20, 6, 3)
    assert first.f1 == pytest.approx(2 / 3)
    assert (first.promoted, first.swap_seconds) == (True, 31.0)
    assert (second.f1, second.suggested) == (1.0, 0)
    assert (second.promoted, second.swap_seconds) == (False, None)


def test_the_table_shows_shares_times_and_what_was_not_promoted() -> None:
    rows = [
        VersionRow(
            version="v0001",
            documents=22,
            f1=0.512,
            suggested=40,
            accepted=10,
            promoted=True,
            swap_seconds=42.4,
        ),
        row("v0002", 0.5),
    ]
    console = Console(width=120, record=True, quiet=False, file=None)
    with console.capture() as capture:
        console.print(versions_table(rows, documents=40, spans=93))
    text = capture.get()
    for piece in ("22", "0.512", "25% of 40", "42 s", "40 held-out documents (93 spans)", "–"):
        assert piece in text


def test_the_median_answer_counts_only_documents_that_got_suggestions() -> None:
    reviews = [review(0, 0, seconds=9.0), review(1, 1, seconds=0.1), review(1, 0, seconds=0.3)]
    swap, answer = figures(reviews, [30.0, 50.0, 40.0])
    assert "40 s" in swap
    assert "200 ms" in answer
    assert figures([], []) == []


def _version(name: str, documents: int) -> Version:
    manifest = Manifest(
        created_at=datetime(2026, 11, 1, tzinfo=UTC),
        base_model="tiny",
        labels=("A",),
        fingerprint="f",
        version=name,
        documents=documents,
    )
    return Version(Path(name), manifest)
