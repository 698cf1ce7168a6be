"""Chooses the recently served documents, which are checked for a tick without an export."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from worker.store.corpus.documents import external_ids
from worker.store.served import SeenCall, calls_after

# How long a served document is checked for a tick; a later tick shows in Doccano's counts.
RECENT = timedelta(minutes=30)
MAX_TEXTS = 50
# Documents with the same text are all read, because Doccano does not say which of them was opened.
MAX_DOCUMENTS = 100


@dataclass(frozen=True, slots=True)
class Served:
    """Auto-label calls whose documents are to be checked, oldest first.

    `documents` has the ids of the documents to read for each text, by the text's hash.
    `has_unknown_texts` is true if a text belongs to no document that was ever listed.
    """

    calls: tuple[SeenCall, ...]
    documents: dict[str, tuple[str, ...]]
    has_unknown_texts: bool

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
            # A text without a document was a probe, or its document is in the next listing, or
            # has too many copies.
            waiting = not resolved.issuperset(self.documents[call.exact_hash])
            if waiting and now - call.served_at < RECENT:
                break
            last = call.id
        return last


def recently_served(s: Session, project: str, checked_served_id: int) -> Served:
    """Returns the calls after `checked_served_id` for the newest `MAX_TEXTS` texts.

    A text in so many documents that more than `MAX_DOCUMENTS` would be read in all has none: the
    tick of one of them shows in Doccano's counts.
    """
    calls = calls_after(s, project, checked_served_id)
    documents: dict[str, tuple[str, ...]] = {}
    room, unknown = MAX_DOCUMENTS, False
    for call in reversed(calls):
        if call.exact_hash in documents or len(documents) == MAX_TEXTS:
            continue
        found = external_ids(s, project, [call.exact_hash], at_most=room + 1)
        unknown = unknown or not found
        documents[call.exact_hash] = found if len(found) <= room else ()
        room -= len(documents[call.exact_hash])
    known = tuple(call for call in calls if call.exact_hash in documents)
    return Served(known, documents, has_unknown_texts=unknown)
