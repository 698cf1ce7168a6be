"""Checks the documents that were lately served one by one, so that the loop waits for no export."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ner.errors import DoccanoNotFound
from worker.collect.approvals import read_spans
from worker.doccano.client import DoccanoClient
from worker.store.documents import Listed, external_ids
from worker.store.projects import ProjectInfo
from worker.store.revisions import Approval
from worker.store.served import SeenCall, calls_after

# A reviewer may look at a document for that long before its tick is left to the next export.
RECENT = timedelta(minutes=30)
MOST_TEXTS = 50


@dataclass(frozen=True, slots=True)
class Served:
    """Calls still to be followed up, oldest first, with the documents that have their texts."""

    calls: tuple[SeenCall, ...]
    documents: dict[str, tuple[str, ...]]

    @property
    def unknown(self) -> bool:
        """Whether a text belongs to no document that was ever listed."""
        return any(not names for names in self.documents.values())


@dataclass(frozen=True, slots=True)
class ServedCheck:
    """What became of the documents served: approved, open again, or gone.

    `checked_served_id` is the call up to which nothing needs to be followed up any more.
    """

    approvals: tuple[Approval, ...]
    unapproved: tuple[Listed, ...]
    deleted: tuple[str, ...]
    dropped_spans: int
    checked_served_id: int


def lately_served(s: Session, project: str, checked_served_id: int) -> Served:
    """The calls after `checked_served_id`, no more than `MOST_TEXTS` texts, the newest."""
    calls = calls_after(s, project, checked_served_id)
    texts: dict[str, tuple[str, ...]] = {}
    for call in reversed(calls):
        if call.exact_hash not in texts and len(texts) < MOST_TEXTS:
            texts[call.exact_hash] = external_ids(s, project, [call.exact_hash])
    return Served(tuple(call for call in calls if call.exact_hash in texts), texts)


def check_served(
    client: DoccanoClient,
    doccano_project: int,
    info: ProjectInfo,
    served: Served,
    *,
    checked_served_id: int,
    now: datetime,
) -> ServedCheck:
    """Reads state, text and spans of each document served, of a collaborative project."""
    approvals: list[Approval] = []
    unapproved: list[Listed] = []
    deleted: list[str] = []
    dropped = 0
    for name in sorted({name for names in served.documents.values() for name in names}, key=int):
        try:
            example = client.example(doccano_project, int(name))
            raw = client.spans(doccano_project, int(name)) if example.confirmed else ()
        except DoccanoNotFound:
            deleted.append(name)
            continue
        if not example.confirmed:
            unapproved.append(Listed(name, example.text, approved=False))
            continue
        spans = [(span.start, span.end, str(span.label_id)) for span in raw]
        read = read_spans(example.text, spans, info.unit)
        approvals.append(Approval(name, example.text, read.spans))
        dropped += read.dropped
    settled = {approval.external_id for approval in approvals} | set(deleted)
    done = _done_up_to(served, settled, checked_served_id, now)
    return ServedCheck(tuple(approvals), tuple(unapproved), tuple(deleted), dropped, done)


def _done_up_to(served: Served, settled: Iterable[str], start: int, now: datetime) -> int:
    """The last call before the first one whose document may still be approved."""
    known = set(settled)
    done = start
    for call in served.calls:
        # A text of no document was a probe, or the next listing shows it.
        waiting = not known.issuperset(served.documents[call.exact_hash])
        if waiting and now - call.served_at < RECENT:
            break
        done = call.id
    return done
