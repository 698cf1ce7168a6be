"""The report at the end of the scripted demo: a row for each version, and whether it worked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from rich.table import Column, Table

from ner.scoring.evaluation import Scores
from ner.versions.version import Version
from server.demo.reviewer import Review

LEAST_VERSIONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One version: what it was trained on, its F1 on the final held-out set, and its suggestions.

    `suggested` counts the spans that it suggested, `accepted` those that the reviewer kept
    unchanged. `swap_seconds` is the time from the last tick to its first answer, None if it never
    answered.
    """

    version: str
    documents: int
    f1: float
    suggested: int
    accepted: int
    promoted: bool
    swap_seconds: float | None


@dataclass(frozen=True, slots=True)
class DemoVerdict:
    """Whether the loop worked, and a sentence that says why."""

    worked: bool
    words: str


def version_rows(
    versions: Sequence[Version],
    scores: Mapping[str, Scores],
    reviews: Mapping[str, Sequence[Review]],
    swaps: Mapping[str, float],
    champions: Sequence[str],
) -> list[VersionRow]:
    """A row for each version, oldest first.

    By version: `scores` on the final held-out set, `reviews` of the documents that it made
    suggestions for, and `swaps` in seconds. `champions` are the versions that were ever promoted.
    """
    return [
        VersionRow(
            version=version.name,
            documents=version.manifest.documents,
            f1=scores[version.name].strict.micro.f1,
            suggested=sum(review.suggested for review in reviews.get(version.name, ())),
            accepted=sum(review.accepted for review in reviews.get(version.name, ())),
            promoted=version.name in champions,
            swap_seconds=swaps.get(version.name),
        )
        for version in versions
    ]


def judge(rows: Sequence[VersionRow]) -> DemoVerdict:
    """The loop worked if at least three versions were made and the last beats the first."""
    if len(rows) < LEAST_VERSIONS:
        return DemoVerdict(
            False, f"only {len(rows)} versions were made, {LEAST_VERSIONS} are needed"
        )
    first, last = rows[0], rows[-1]
    if last.f1 <= first.f1:
        return DemoVerdict(
            False,
            f"{last.version} has F1 {last.f1:.3f}, not above the {first.f1:.3f} of {first.version}",
        )
    return DemoVerdict(
        True,
        f"the loop worked: F1 {first.f1:.3f} with {first.documents} documents, "
        f"{last.f1:.3f} with {last.documents}",
    )


def versions_table(rows: Sequence[VersionRow], *, documents: int, spans: int) -> Table:
    """The rows as a table; `documents` and `spans` are the sizes of the held-out set."""
    numeric = [
        Column(name, justify="right")
        for name in ("trained on", "F1", "accepted as suggested", "tick to answer")
    ]
    table = Table(
        "version",
        *numeric,
        "",
        title=f"F1: strict, on the same {documents} held-out documents ({spans} spans)",
        title_justify="left",
    )
    for row in rows:
        share = f"{row.accepted / row.suggested:.0%} of {row.suggested}" if row.suggested else "–"
        table.add_row(
            row.version,
            str(row.documents),
            f"{row.f1:.3f}",
            share,
            "–" if row.swap_seconds is None else f"{row.swap_seconds:.0f} s",
            "" if row.promoted else "not promoted",
        )
    return table


def figures(reviews: Sequence[Review], swaps: Sequence[float]) -> list[str]:
    """The times that the loop took, as sentences."""
    answers = [review.answer_seconds * 1000 for review in reviews if review.suggested]
    sentences = []
    if swaps:
        sentences.append(
            "From the tick that completed a round to the new model answering: "
            f"{median(swaps):.0f} s (median of {len(swaps)}, {min(swaps):.0f} to "
            f"{max(swaps):.0f} s, training included)"
        )
    if answers:
        sentences.append(
            f"From opening a document to its suggestions in Doccano: {median(answers):.0f} ms "
            f"(median of {len(answers)})"
        )
    return sentences
