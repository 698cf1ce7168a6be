"""Writes the result of a pull to the store, as far as it differs from what the store has."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from worker.collect.full_pull import FullPull
from worker.collect.served_check import ServedCheck
from worker.collect.withdrawals import too_many
from worker.store.documents import sync_listing
from worker.store.revisions import Approval, current_approved, record_approved, record_withdrawn


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many documents got a revision; `held_back` has the ids of vanished ones that are kept."""

    new: int
    changed: int
    withdrawn: int
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
        new, changed = self._approve(pull.approvals, before)
        # A document with a conflict was exported, so it has not vanished.
        conflicts = set(pull.agreement.conflicts if pull.agreement else ()) & before.keys()
        approved = {approval.external_id for approval in pull.approvals}
        vanished = before.keys() - approved - conflicts
        reasons = dict.fromkeys(conflicts, "annotators differ")
        held = too_many(vanished, before) and not accept_withdrawals
        if not held:
            reasons |= {name: "unticked" if name in listed else "deleted" for name in vanished}
        held_back = tuple(sorted(vanished, key=int)) if held else ()
        return Recorded(new, changed, self._withdraw(reasons), held_back)

    def record_check(self, check: ServedCheck, held_back: tuple[str, ...]) -> Recorded:
        """Records a check of served documents; `held_back` is part of the result as it is."""
        before = current_approved(self.session, self.project)
        new, changed = self._approve(check.approvals, before)
        sync_listing(
            self.session,
            self.project,
            check.unapproved,
            complete=False,
            share=self.share,
            now=self.now,
        )
        reasons = {listed.external_id: "unticked" for listed in check.unapproved}
        reasons |= dict.fromkeys(check.deleted, "deleted")
        return Recorded(new, changed, self._withdraw(reasons), held_back)

    def _approve(self, approvals: Iterable[Approval], before: Mapping[str, str]) -> tuple[int, int]:
        written = [
            approval.external_id
            for approval in approvals
            if record_approved(self.session, self.project, approval, share=self.share, now=self.now)
        ]
        changed = sum(name in before for name in written)
        return len(written) - changed, changed

    def _withdraw(self, reasons: Mapping[str, str]) -> int:
        return sum(
            record_withdrawn(self.session, self.project, name, reason=reason, now=self.now)
            for name, reason in sorted(reasons.items())
        )
