"""Chooses the recently served documents, which are checked for a tick without an export."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from worker.store.documents import external_ids
from worker.store.served import SeenCall, calls_after

# How long a served document is checked for a tick; a later tick shows in Doccano's counts.
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

    @property
    def external_ids(self) -> frozenset[str]:
        """The ids of all these documents."""
        return frozenset(external_id for ids in self.documents.values() for external_id in ids)

    def last_resolved(self, resolved: frozenset[str], start: int, now: datetime) -> int:
        """Returns the last call, from `start` on, before one whose document may yet be approved.

        `resolved` has the ids of the documents that are approved or deleted.
        """
        last = start
        for call in self.calls:
            # A text without a document was a probe, or its document is in the next listing.
            waiting = not resolved.issuperset(self.documents[call.exact_hash])
            if waiting and now - call.served_at < RECENT:
                break
            last = call.id
        return last


def recently_served(s: Session, project: str, checked_served_id: int) -> Served:
    """Returns the calls after `checked_served_id` for the newest `MAX_TEXTS` texts."""
    calls = calls_after(s, project, checked_served_id)
    documents: dict[str, tuple[str, ...]] = {}
    for call in reversed(calls):
        if call.exact_hash not in documents and len(documents) < MAX_TEXTS:
            documents[call.exact_hash] = external_ids(s, project, [call.exact_hash])
    return Served(tuple(call for call in calls if call.exact_hash in documents), documents)
