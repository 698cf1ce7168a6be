"""Writes the result of a pull to the store, as far as it differs from what the store has."""

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ner.hashing import exact_hash
from worker.collect.checks.document_check import DocumentCheck
from worker.collect.document_change import DocumentChange, Withdrawal
from worker.collect.full_pull import FullPull
from worker.store.corpus.documents import (
    known_documents,
    mark_deleted,
    sync_documents,
)
from worker.store.corpus.mass_changes import ALWAYS_ALLOWED, too_many
from worker.store.corpus.revisions import (
    Approval,
    approved_with_spans,
    current_approved,
    record_approvals,
    record_withdrawals,
)
from worker.store.database import Store
from worker.store.database.batches import write_in_batches


@dataclass(frozen=True, slots=True)
class PullDifference:
    """What a full pull changes in the store.

    `approvals` differ from the store, `withdrawals` has the reason for each document that is no
    longer approved, and `held_back` the vanished documents that are kept as they are, as are those
    in `held_changes`, which have lost all their spans.
    """

    approvals: tuple[Approval, ...]
    withdrawals: Mapping[str, Withdrawal]
    held_back: tuple[str, ...] = ()
    held_changes: tuple[str, ...] = ()


def compare_with_store(
    s: Session,
    project: str,
    pull: FullPull,
    listed: Collection[str],
    *,
    accept_withdrawals: bool,
    accept_changes: bool = False,
) -> PullDifference:
    """Compares a full pull with the store; `listed` has the ids of all documents in Doccano.

    Approved documents that are not in the pull are withdrawn, unless they are too many. So are
    spans of documents that have none any more, unless too many have lost them.
    """
    before = current_approved(s, project)
    read = [approval.external_id for approval in pull.approvals]
    known = known_documents(s, project, among=read if pull.unchanged else None)
    differing = tuple(
        approval
        for approval in pull.approvals
        if before.get(approval.external_id) != approval.content_hash
        or known[approval.external_id].exported != approval.exported
        or not known[approval.external_id].shows(exact_hash(approval.text), True)
    )
    emptied = () if accept_changes else _too_many_emptied(s, project, differing)
    if emptied:
        differing = tuple(a for a in differing if a.external_id not in emptied)
    # A document with a conflict was exported, so it has not vanished.
    conflicts = set(pull.agreement.conflicts if pull.agreement else ()) & before.keys()
    vanished = before.keys() - {*read} - pull.unchanged - conflicts
    reasons: dict[str, Withdrawal] = dict.fromkeys(conflicts, "annotators differ")
    held = too_many(vanished, before) and not accept_withdrawals
    if not held:
        reasons |= {name: "unticked" if name in listed else "deleted" for name in vanished}
    held_back = tuple(sorted(vanished, key=int)) if held else ()
    return PullDifference(differing, dict(sorted(reasons.items())), held_back, emptied)


def _too_many_emptied(s: Session, project: str, approvals: Collection[Approval]) -> tuple[str, ...]:
    """Those of the approvals that have lost all spans, if these are too many, else none."""
    without = [approval.external_id for approval in approvals if not approval.spans]
    emptied = approved_with_spans(s, project, among=without)
    if len(emptied) <= ALWAYS_ALLOWED or not too_many(emptied, approved_with_spans(s, project)):
        return ()
    return tuple(sorted(emptied, key=int))


@dataclass(frozen=True, slots=True)
class Recorder:
    """Writes revisions of one project; `share` of new texts is held out."""

    project: str
    share: float
    now: datetime

    def record_pull(
        self,
        store: Store,
        difference: PullDifference,
        guard: Callable[[Session], AbstractContextManager[object]],
        written: list[DocumentChange],
    ) -> None:
        """Writes a difference in short transactions; `guard` encloses what each of them does.

        Adds each change to `written`, which thus has those before an exception of `guard` too.
        Withdrawals come last, so that a document that was deleted and added again is never missing.
        If the process dies in between, the next pull finds what is still different.
        """

        def approve(s: Session, batch: Collection[Approval]) -> None:
            with guard(s):
                written.extend(self._approve(s, batch))

        def withdraw(s: Session, batch: Collection[str]) -> None:
            with guard(s):
                reasons = {name: difference.withdrawals[name] for name in batch}
                written.extend(self._withdraw(s, reasons))

        write_in_batches(store, difference.approvals, approve)
        write_in_batches(store, difference.withdrawals, withdraw)

    def record_check(self, s: Session, check: DocumentCheck) -> tuple[DocumentChange, ...]:
        """Records documents that were read one by one; others stay as they are."""
        if not check.read:
            return ()
        approved = self._approve(s, check.approvals)
        sync_documents(s, self.project, check.unapproved, share=self.share, now=self.now)
        mark_deleted(s, self.project, check.deleted)
        reasons: dict[str, Withdrawal] = {
            listed.external_id: "unticked" for listed in check.unapproved
        }
        reasons |= dict.fromkeys(check.deleted, "deleted")
        return (*approved, *self._withdraw(s, dict(sorted(reasons.items()))))

    def _approve(self, s: Session, approvals: Collection[Approval]) -> tuple[DocumentChange, ...]:
        names = [approval.external_id for approval in approvals]
        before = current_approved(s, self.project, among=names)
        recorded = record_approvals(s, self.project, approvals, share=self.share, now=self.now)
        return tuple(
            DocumentChange(name, "edited" if name in before else "ticked") for name in recorded
        )

    def _withdraw(
        self, s: Session, reasons: Mapping[str, Withdrawal]
    ) -> tuple[DocumentChange, ...]:
        recorded = record_withdrawals(s, self.project, reasons, now=self.now)
        return tuple(DocumentChange(name, reasons[name]) for name in recorded)
