"""What `nerloop collect` prints: which documents changed, and why."""

from collections.abc import Iterator, Sequence

import click

from ner.text.placement import SpanCounts
from worker.collect.collect_result import CollectResult
from worker.collect.document_change import ChangeReason, by_reason
from worker.wording import counted

SHOWN = 10
_WORDS: dict[ChangeReason, str] = {
    "ticked": "newly ticked",
    "edited": "spans or text edited",
    "unticked": "unticked in Doccano",
    "deleted": "deleted in Doccano",
    "annotators differ": "annotators differ",
}


def print_collected(result: CollectResult) -> None:
    """Prints the numbers of changes, the documents by reason, and what was left out."""
    click.echo(f"{result.new} new, {result.changed} changed, {result.withdrawn} withdrawn")
    grouped = by_reason(result.changes)
    for reason, words in _WORDS.items():
        if reason in grouped:
            click.echo(f"  {words}: {named(grouped[reason])}")
    for held in filter(None, (result.held_back, result.held_changes)):
        click.echo(f"  held back: {named(held)}")
    if result.held_back or result.held_changes:
        click.echo(result.reason)
    for line in _spans(result.span_counts):
        click.echo(line)
    if result.agreement and result.agreement.mean is not None:
        click.echo(
            f"agreement on {result.agreement.documents} documents of several annotators: "
            f"{result.agreement.mean:.0%}"
        )


def _spans(counts: SpanCounts) -> Iterator[str]:
    if counts.trimmed:
        yield f"{counted(counts.trimmed, 'span')} with blanks at an end, which are left out"
    if counts.empty:
        yield f"{counted(counts.empty, 'span')} without text left out"
    if counts.outside:
        yield (
            f"{counted(counts.outside, 'span')} beyond the text, which was edited after the "
            "annotation: these documents are left out until they are corrected"
        )


def named(external_ids: Sequence[str]) -> str:
    """Names documents by their numbers in Doccano, ten of them at most."""
    noun = "document" if len(external_ids) == 1 else "documents"
    more = len(external_ids) - SHOWN
    rest = f" and {more} more" if more > 0 else ""
    return f"{noun} {', '.join(external_ids[:SHOWN])}{rest}"
