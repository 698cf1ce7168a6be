"""Reads single documents of a collaborative project: tick, text and spans, without an export."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ner.errors import DoccanoNotFound
from worker.collect.span_reading import read_spans
from worker.doccano.client import DoccanoClient
from worker.store.documents import ListedDocument
from worker.store.projects import ProjectInfo
from worker.store.revisions import Approval


@dataclass(frozen=True, slots=True)
class DocumentCheck:
    """The state of the documents that were read: approved, not approved, or deleted."""

    approvals: tuple[Approval, ...] = ()
    unapproved: tuple[ListedDocument, ...] = ()
    deleted: tuple[str, ...] = ()
    dropped_spans: int = 0

    def __add__(self, other: "DocumentCheck") -> "DocumentCheck":
        return DocumentCheck(
            self.approvals + other.approvals,
            self.unapproved + other.unapproved,
            self.deleted + other.deleted,
            self.dropped_spans + other.dropped_spans,
        )

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
        return DocumentCheck(self.approvals, dropped_spans=self.dropped_spans)

    def applied_to(self, approved: Collection[str]) -> frozenset[str]:
        """Returns the approved documents after this check, given those `approved` before it."""
        now_approved = {approval.external_id for approval in self.approvals}
        return frozenset(approved) - self.read | now_approved


def check_documents(
    client: DoccanoClient, doccano_project: int, info: ProjectInfo, external_ids: Iterable[str]
) -> DocumentCheck:
    """Reads these documents of a collaborative project, with two requests for an approved one."""
    approvals: list[Approval] = []
    unapproved: list[ListedDocument] = []
    deleted: list[str] = []
    dropped = 0
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
        spans = [(span.start, span.end, str(span.label_id)) for span in raw]
        read = read_spans(example.text, spans, info.unit)
        approvals.append(Approval(external_id, example.text, read.spans))
        dropped += read.dropped
    return DocumentCheck(tuple(approvals), tuple(unapproved), tuple(deleted), dropped)
