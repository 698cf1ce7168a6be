"""A change of an approved document that a pull found: which document, and what happened to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Withdrawal = Literal["unticked", "deleted", "annotators differ"]
ChangeReason = Literal["ticked", "edited"] | Withdrawal


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """A document's number in Doccano and why it got a revision."""

    external_id: str
    reason: ChangeReason


def by_reason(changes: Iterable[DocumentChange]) -> dict[ChangeReason, tuple[str, ...]]:
    """Returns the documents by reason, each in order of their numbers."""
    grouped: dict[ChangeReason, tuple[str, ...]] = {}
    for change in sorted(changes, key=lambda change: int(change.external_id)):
        grouped[change.reason] = (*grouped.get(change.reason, ()), change.external_id)
    return grouped


def combined(changes: Iterable[DocumentChange]) -> tuple[DocumentChange, ...]:
    """The changes with one for each document: its last, or its tick if it was only edited since."""
    latest: dict[str, DocumentChange] = {}
    for change in changes:
        before = latest.get(change.external_id)
        if before is None or (before.reason, change.reason) != ("ticked", "edited"):
            latest[change.external_id] = change
    return tuple(latest.values())
