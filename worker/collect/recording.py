"""Writes the result of a pull to the store, as far as it differs from what the store has."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from worker.collect.checks.document_check import DocumentCheck
from worker.collect.document_change import DocumentChange, Withdrawal
from worker.collect.full_pull import FullPull
from worker.collect.withdrawals import too_many
from worker.store.documents import mark_deleted, sync_listing
from worker.store.revisions import Approval, current_approved, record_approved, record_withdrawn


@dataclass(frozen=True, slots=True)
class Recorded:
    """The documents that got a revision; `held_back` has the ids of vanished ones that are kept."""

    changes: tuple[DocumentChange, ...]
    held_back: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recorder:
    """Writes revisions of one project within a transaction; `share` of new texts is held out."""

    session: Session
    project: str
    share: float
    now: datetime

    def record_pull(
        self, pull: FullPull, listed: Collection[str], *, accept_withdrawals: bool
    ) -> Recorded:
        """Records a full pull; `listed` has the ids of all documents in Doccano.

        Approved documents that are not in the pull are withdrawn, unless they are too many.
        """
        before = current_approved(self.session, self.project)
        approved = tuple(self._approve(pull.approvals, before))
        # A document with a conflict was exported, so it has not vanished.
        conflicts = set(pull.agreement.conflicts if pull.agreement else ()) & before.keys()
        exported = {approval.external_id for approval in pull.approvals}
        vanished = before.keys() - exported - conflicts
        reasons: dict[str, Withdrawal] = dict.fromkeys(conflicts, "annotators differ")
        held = too_many(vanished, before) and not accept_withdrawals
        if not held:
            reasons |= {name: "unticked" if name in listed else "deleted" for name in vanished}
        held_back = tuple(sorted(vanished, key=int)) if held else ()
        return Recorded((*approved, *self._withdraw(reasons)), held_back)

    def record_check(self, check: DocumentCheck) -> tuple[DocumentChange, ...]:
        """Records documents that were read one by one; others stay as they are."""
        if not check.read:
            return ()
        before = current_approved(self.session, self.project)
        approved = tuple(self._approve(check.approvals, before))
        sync_listing(
            self.session,
            self.project,
            check.unapproved,
            complete=False,
            share=self.share,
            now=self.now,
        )
        mark_deleted(self.session, self.project, check.deleted)
        reasons: dict[str, Withdrawal] = {
            listed.external_id: "unticked" for listed in check.unapproved
        }
        reasons |= dict.fromkeys(check.deleted, "deleted")
        return (*approved, *self._withdraw(reasons))

    def _approve(
        self, approvals: Iterable[Approval], before: Mapping[str, str]
    ) -> Iterator[DocumentChange]:
        for approval in approvals:
            name = approval.external_id
            if record_approved(
                self.session, self.project, approval, share=self.share, now=self.now
            ):
                yield DocumentChange(name, "edited" if name in before else "ticked")

    def _withdraw(self, reasons: Mapping[str, Withdrawal]) -> Iterator[DocumentChange]:
        for name, reason in sorted(reasons.items()):
            if record_withdrawn(self.session, self.project, name, reason=reason, now=self.now):
                yield DocumentChange(name, reason)
