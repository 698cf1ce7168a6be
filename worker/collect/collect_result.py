"""The result of a collection, for the log, the command line and the result of the job."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from ner.text.placement import SpanCounts
from worker.collect.document_change import DocumentChange
from worker.collect.full_pull import AgreementReport

Way = Literal["gate", "served", "listing", "spans", "export", "each document"]


@dataclass(frozen=True, slots=True)
class CollectResult:
    """Which documents got a revision, and why.

    `way` is what was read: only the counts of the gate, the recently served documents, those whose
    tick differs from the store by a listing, the newest approved ones for edited spans, an export,
    or each document when Doccano could not export. `held_back` has the ids of documents whose
    withdrawal waits for ``--accept-withdrawals``, `held_changes` those that have lost all their
    spans, which waits for ``--accept-changes``; `span_counts` says what became of the spans that
    were read. `reason` is a message for the user.
    """

    way: Way
    reason: str
    changes: tuple[DocumentChange, ...] = ()
    held_back: tuple[str, ...] = ()
    held_changes: tuple[str, ...] = ()
    span_counts: SpanCounts = field(default_factory=SpanCounts)
    agreement: AgreementReport | None = None

    @property
    def new(self) -> int:
        """How many documents are newly approved."""
        return self._count("ticked")

    @property
    def changed(self) -> int:
        """How many approved documents were edited."""
        return self._count("edited")

    @property
    def withdrawn(self) -> int:
        """How many documents are no longer approved."""
        return self.revisions - self.new - self.changed

    @property
    def revisions(self) -> int:
        """How many revisions were recorded, one a document."""
        return len(self.changes)

    def to_json(self) -> dict[str, Any]:
        """Returns the fields as JSON, with the number of changes instead of the documents."""
        counts = {"new": self.new, "changed": self.changed, "withdrawn": self.withdrawn}
        fields = asdict(self)
        del fields["changes"]
        return fields | counts

    def _count(self, reason: str) -> int:
        return sum(change.reason == reason for change in self.changes)
