"""Reads single documents of a collaborative project: tick, text and spans, without an export."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from ner.errors import DoccanoNotFound
from ner.text.placement import SpanCounts
from worker.collect.span_reading import read_spans
from worker.doccano.client import DoccanoClient
from worker.store.corpus.documents import ListedDocument
from worker.store.corpus.revisions import Approval
from worker.store.projects import ProjectInfo


@dataclass(frozen=True, slots=True)
class DocumentCheck:
    """The state of the documents that were read: approved, not approved, or deleted.

    Each document is in one of these only. `counts` says what became of the spans of approved
    documents, by the documents' ids.
    """

    approvals: tuple[Approval, ...] = ()
    unapproved: tuple[ListedDocument, ...] = ()
    deleted: tuple[str, ...] = ()
    counts: Mapping[str, SpanCounts] = field(default_factory=dict)

    def __add__(self, other: "DocumentCheck") -> "DocumentCheck":
        """Both checks, `other` the later one: it counts for a document that both have read."""
        kept = self._without(other.read)
        return DocumentCheck(
            kept.approvals + other.approvals,
            kept.unapproved + other.unapproved,
            kept.deleted + other.deleted,
            {**kept.counts, **other.counts},
        )

    @property
    def span_counts(self) -> SpanCounts:
        """What became of the spans of all documents."""
        return sum(self.counts.values(), SpanCounts())

    @property
    def resolved(self) -> frozenset[str]:
        """The documents that are approved or deleted."""
        return frozenset(approval.external_id for approval in self.approvals) | set(self.deleted)

    @property
    def read(self) -> frozenset[str]:
        """All documents that were read."""
        return self.resolved | {listed.external_id for listed in self.unapproved}

    @property
    def approved_only(self) -> "DocumentCheck":
        """The same without documents that would be withdrawn."""
        return DocumentCheck(self.approvals, counts=self.counts)

    @property
    def texts(self) -> dict[str, str]:
        """The texts of the documents that are not deleted."""
        return {a.external_id: a.text for a in self.approvals} | {
            listed.external_id: listed.text for listed in self.unapproved
        }

    @property
    def without_spans(self) -> frozenset[str]:
        """The documents that are approved without a span."""
        return frozenset(a.external_id for a in self.approvals if not a.spans)

    def without(self, names: Collection[str]) -> "DocumentCheck":
        """The same as if these documents had not been read."""
        return self._without(names) if names else self

    def applied_to(self, approved: Collection[str]) -> frozenset[str]:
        """Returns the approved documents after this check, given those `approved` before it."""
        now_approved = {approval.external_id for approval in self.approvals}
        return frozenset(approved) - self.read | now_approved

    def _without(self, names: Collection[str]) -> "DocumentCheck":
        return DocumentCheck(
            tuple(approval for approval in self.approvals if approval.external_id not in names),
            tuple(listed for listed in self.unapproved if listed.external_id not in names),
            tuple(name for name in self.deleted if name not in names),
            {name: counts for name, counts in self.counts.items() if name not in names},
        )


def check_documents(
    client: DoccanoClient,
    doccano_project: int,
    info: ProjectInfo,
    external_ids: Iterable[str],
    label_key: Callable[[int], str],
) -> DocumentCheck:
    """Reads these documents of a collaborative project, with two requests for an approved one.

    `label_key` returns the key of a label by Doccano's id.
    """
    approvals: list[Approval] = []
    unapproved: list[ListedDocument] = []
    deleted: list[str] = []
    counts: dict[str, SpanCounts] = {}
    for external_id in sorted(external_ids, key=int):
        number = int(external_id)
        try:
            example = client.example(doccano_project, number)
            raw = client.spans(doccano_project, number) if example.confirmed else ()
        except DoccanoNotFound:
            deleted.append(external_id)
            continue
        if not example.confirmed:
            unapproved.append(ListedDocument(external_id, example.text, approved=False))
            continue
        spans = [(span.start, span.end, label_key(span.label_id)) for span in raw]
        read = read_spans(example.text, spans, info.unit)
        approvals.append(Approval(external_id, example.text, read.spans))
        counts[external_id] = read.counts
    return DocumentCheck(tuple(approvals), tuple(unapproved), tuple(deleted), counts)
