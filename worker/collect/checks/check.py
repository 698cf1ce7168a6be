"""The check between full pulls: reads single documents of a collaborative project.

Three kinds of documents are read, each with few requests: those served recently; those whose tick
differs from the store, found in the listing of the ticked ones, when Doccano's counts have moved
and the served documents do not explain it; and the newest approved ones, once the counts of spans
have moved and then rested, more of them the longer the rest. Counts that have moved are forgotten
until they are explained, because later changes may bring back the same numbers. An individual
project shows the spans of others in exports only. In every project, documents that were added are
listed.
"""

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict

from ner.hashing import exact_hash
from worker.collect.attempt import Attempt
from worker.collect.checks.document_check import DocumentCheck, check_documents
from worker.collect.checks.edited_spans import NEWEST, documents_due, is_finished
from worker.collect.checks.moved_ticks import (
    find_moved_ticks,
    listing_is_due,
    search_is_due,
    search_pause,
)
from worker.collect.checks.served_documents import Served, recently_served
from worker.collect.checks.tick_search import TickedPage, search_ticked
from worker.collect.collect_result import Way
from worker.store.corpus.documents import known_documents
from worker.store.corpus.mass_changes import ALWAYS_ALLOWED, too_many
from worker.store.corpus.revisions import (
    approved_with_spans,
    count_approved,
    current_approved,
    newest_approved,
)
from worker.store.pulls import PullState


class PullChanges(TypedDict, total=False):
    """The fields of `PullState` that a check changes; the others stay as they are in the store."""

    checked_served_id: int
    held_back: tuple[str, ...]
    ticks_known: str | None
    spans_known: str | None
    listed_at: datetime
    search_after: datetime


@dataclass(frozen=True, slots=True)
class Check:
    """What the check read, and `changes` of the project's state."""

    way: Way
    documents: DocumentCheck
    changes: PullChanges

    def apply(self, state: PullState) -> PullState:
        """Returns the state after this check."""
        state = replace(state, **self.changes)
        read = self.documents.read
        return replace(
            state,
            held_back=tuple(name for name in state.held_back if name not in read),
            held_changes=tuple(name for name in state.held_changes if name not in read),
        )


def check_documents_between_pulls(attempt: Attempt) -> Check:
    """Reads the documents that may have changed. Writes nothing but, at times, the listing."""
    checker = _Checker(attempt)
    checker.check_added()
    if attempt.info.collaborative:
        checker.check_served()
        checker.check_moved_ticks()
        checker.check_edited_spans()
    return Check(checker.way, checker.documents, checker.changes)


class _Checker:
    def __init__(self, attempt: Attempt) -> None:
        self._attempt = attempt
        self.way: Way = "gate"
        self.documents = DocumentCheck()
        self.changes: PullChanges = {}
        self._has_listed = False

    def check_added(self) -> None:
        """Lists documents that were added, so that they can be predicted before they are opened."""
        if self._attempt.gate.progress.total > (self._attempt.state.documents or 0):
            self._attempt.record_latest()

    def check_served(self) -> None:
        attempt = self._attempt
        served = self._served()
        if served.has_unknown_texts:
            attempt.record_latest()
            served = self._served()
        if not served.calls:
            return
        self.way = "served"
        self.documents += self._without_doubtful_withdrawals(self._read(served.external_ids))
        self.changes["checked_served_id"] = served.last_resolved(
            self.documents.resolved, attempt.state.checked_served_id, attempt.now
        )

    def _without_doubtful_withdrawals(self, read: DocumentCheck) -> DocumentCheck:
        """Leaves deletions and many unticks of approved documents to the listing.

        A deletion is one only if the listing agrees, and the listing holds back too many.
        """
        attempt = self._attempt
        unapproved = {listed.external_id for listed in read.unapproved}
        with attempt.store.read() as s:
            approved = current_approved(s, attempt.project, among=unapproved | {*read.deleted})
        unticked = unapproved & approved.keys()
        # All approved documents are only read when there are many.
        if len(unticked) > ALWAYS_ALLOWED and too_many(unticked, self._approved()):
            return read.approved_only
        return replace(read, deleted=tuple(name for name in read.deleted if name not in approved))

    def check_moved_ticks(self) -> None:
        attempt = self._attempt
        state, gate = attempt.state, attempt.gate
        if gate.ticks == state.ticks_known and not self.documents.read:
            return
        held_back, read = {*state.held_back}, self.documents.read
        with attempt.store.read() as s:
            approved = count_approved(s, attempt.project)
            before = frozenset(current_approved(s, attempt.project, among=read | held_back))
        # A served document may have been ticked after the counts were read, and unticked before
        # they are read again.
        if gate.ticks == state.ticks_known and self.documents.applied_to(before) == before:
            return
        # Documents that are held back are approved in the store only.
        ticked = self.documents.applied_to(before - held_back)
        # Equal counts alone explain nothing: a tick and an untick cancel out.
        has_changed = ticked != before - held_back
        if has_changed and approved - len(before) + len(ticked) == gate.progress.complete:
            self.changes["ticks_known"] = gate.ticks
        else:
            self._find_moved_ticks()

    def _find_moved_ticks(self) -> None:
        attempt = self._attempt
        approved = self._approved()
        ticked = self._ticked(self.documents.applied_to({*approved} - {*attempt.state.held_back}))
        if ticked is None:
            self.changes["ticks_known"] = None
            return
        self.way = "listing"
        moved = find_moved_ticks(ticked, self.documents.applied_to(approved))
        # Ticks that moved between the counts and the listing may move back unnoticed.
        known = moved.complete and len(ticked) == attempt.gate.progress.complete
        self.documents += self._read(moved.to_read)
        self.changes |= {
            "held_back": moved.held_back,
            "ticks_known": attempt.gate.ticks if known else None,
        }

    def _ticked(self, expected: Collection[str]) -> frozenset[str] | None:
        """All ticked documents, by a search if they differ little from the expected ones.

        None if the pause since the last search or listing is not over.
        """
        attempt, project = self._attempt, self._attempt.doccano_project
        if search_is_due(attempt.state, attempt.gate, attempt.now):
            began, numbers = time.monotonic(), sorted(map(int, expected))
            found = search_ticked(self._ticked_page, numbers)
            pause = search_pause(time.monotonic() - began)
            self.changes["search_after"] = attempt.now + pause
            # Counts that moved while nothing is found are a tick and an untick side by side.
            if found is not None and found != frozenset(numbers):
                return frozenset(map(str, found))
        if not listing_is_due(attempt.state, attempt.gate, attempt.now):
            return None
        self.changes["listed_at"] = attempt.now
        listed = attempt.client.examples(project, confirmed=True)
        return frozenset(str(example.id) for example in listed)

    def _ticked_page(self, offset: int, limit: int) -> TickedPage:
        attempt = self._attempt
        examples, count = attempt.client.ticked_page(attempt.doccano_project, offset, limit)
        # Doccano ignores filters that it does not know.
        return TickedPage(count, tuple(example.id for example in examples if example.confirmed))

    def check_edited_spans(self) -> None:
        attempt = self._attempt
        state, gate = attempt.state, attempt.gate
        if gate.spans == state.spans_known:
            return
        with attempt.store.read() as s:
            approved = newest_approved(s, attempt.project, NEWEST)
        finished = is_finished(state, gate, approved, attempt.now)
        self.changes["spans_known"] = gate.spans if finished else None
        unread = documents_due(state, gate, approved, attempt.now) - self.documents.read
        if unread:
            self.way = "spans"
            # Withdrawals are left to the listing and the export, which hold back too many of them,
            # and so are approvals that have lost their spans.
            read = self._read(unread).approved_only
            self.documents += read.without(self._emptied(read))

    def _approved(self) -> tuple[str, ...]:
        with self._attempt.store.read() as s:
            return tuple(current_approved(s, self._attempt.project))

    def _served(self) -> Served:
        attempt = self._attempt
        with attempt.store.read() as s:
            return recently_served(s, attempt.project, attempt.state.checked_served_id)

    def _read(self, external_ids: Iterable[str]) -> DocumentCheck:
        """Reads these documents, without those that have lost their spans if these are many."""
        attempt = self._attempt
        read = check_documents(
            attempt.client,
            attempt.doccano_project,
            attempt.info,
            external_ids,
            attempt.label_key,
        )
        self._check_texts(read)
        emptied = self._emptied(read)
        if len(emptied) > ALWAYS_ALLOWED:
            with attempt.store.read() as s:
                if too_many(emptied, approved_with_spans(s, attempt.project)):
                    return read.without(emptied)
        return read.without(emptied & {*attempt.state.held_changes})

    def _check_texts(self, read: DocumentCheck) -> None:
        """Lists the documents edited last if a text that was read is not the known one.

        The few documents of a check do not show whether many have changed.
        """
        attempt = self._attempt
        with attempt.store.read() as s:
            known = known_documents(s, attempt.project, among=read.texts)
        edited = any(
            exact_hash(read.texts[name]) != document.exact_hash for name, document in known.items()
        )
        if edited and not self._has_listed:
            self._has_listed = True
            attempt.record_latest()

    def _emptied(self, read: DocumentCheck) -> frozenset[str]:
        """The documents that are still approved and have lost all their spans."""
        with self._attempt.store.read() as s:
            return approved_with_spans(s, self._attempt.project, among=read.without_spans)
