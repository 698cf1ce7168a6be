"""Checks recently served documents one by one, to find approvals without an export."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ner.errors import DoccanoNotFound
from worker.collect.span_reading import read_spans
from worker.doccano.client import DoccanoClient
from worker.store.documents import ListedDocument, external_ids
from worker.store.projects import ProjectInfo
from worker.store.revisions import Approval
from worker.store.served import SeenCall, calls_after

# How long a served document is checked for a tick; a later tick is found by the next export.
RECENT = timedelta(minutes=30)
MAX_TEXTS = 50


@dataclass(frozen=True, slots=True)
class Served:
    """Auto-label calls whose documents are to be checked, oldest first.

    `documents` has the ids of the documents with each text, by the text's hash.
    """

    calls: tuple[SeenCall, ...]
    documents: dict[str, tuple[str, ...]]

    @property
    def has_unknown_texts(self) -> bool:
        """Whether any of the texts belongs to no document that was ever listed."""
        return any(not ids for ids in self.documents.values())


@dataclass(frozen=True, slots=True)
class ServedCheck:
    """State of the served documents: approved, not approved, or deleted.

    `checked_served_id` is the last call up to which no document has to be checked again.
    """

    approvals: tuple[Approval, ...]
    unapproved: tuple[ListedDocument, ...]
    deleted: tuple[str, ...]
    dropped_spans: int
    checked_served_id: int


def recently_served(s: Session, project: str, checked_served_id: int) -> Served:
    """Returns the calls after `checked_served_id` for the newest `MAX_TEXTS` texts."""
    calls = calls_after(s, project, checked_served_id)
    documents: dict[str, tuple[str, ...]] = {}
    for call in reversed(calls):
        if call.exact_hash not in documents and len(documents) < MAX_TEXTS:
            documents[call.exact_hash] = external_ids(s, project, [call.exact_hash])
    return Served(tuple(call for call in calls if call.exact_hash in documents), documents)


def check_served(
    client: DoccanoClient,
    doccano_project: int,
    info: ProjectInfo,
    served: Served,
    *,
    checked_served_id: int,
    now: datetime,
) -> ServedCheck:
    """Reads tick, text and spans of each served document of a collaborative project."""
    approvals: list[Approval] = []
    unapproved: list[ListedDocument] = []
    deleted: list[str] = []
    dropped = 0
    served_ids = {external_id for ids in served.documents.values() for external_id in ids}
    for external_id in sorted(served_ids, key=int):
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
    resolved = {approval.external_id for approval in approvals} | set(deleted)
    last = _last_resolved(served, resolved, checked_served_id, now)
    return ServedCheck(tuple(approvals), tuple(unapproved), tuple(deleted), dropped, last)


def _last_resolved(served: Served, resolved: set[str], start: int, now: datetime) -> int:
    """Returns the last call before the first one whose document may still be approved."""
    last = start
    for call in served.calls:
        # A text without a document was a probe, or its document is in the next listing.
        waiting = not resolved.issuperset(served.documents[call.exact_hash])
        if waiting and now - call.served_at < RECENT:
            break
        last = call.id
    return last
