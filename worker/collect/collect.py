"""Updates the store to what is approved in Doccano, by gate, single documents and full pull."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ner.errors import CollectError, DoccanoNotFound, ManyChanges
from worker.collect.attempt import Attempt, Overtaken, OvertakenGuard, begin, stored_state
from worker.collect.checks.check import check_documents_between_pulls
from worker.collect.checks.moved_ticks import PAUSE_PER_DOCUMENT
from worker.collect.collect_result import CollectResult
from worker.collect.document_change import DocumentChange, combined
from worker.collect.full_pull import FullPull, PullRequest, pull_everything
from worker.collect.listing import MOST_MISSED, Listing
from worker.collect.pull_due import PullDecision, decide_pull
from worker.collect.recording import PullDifference, compare_with_store
from worker.doccano.client import DoccanoClient
from worker.erasing.retention import erase_withdrawn
from worker.settings import Settings
from worker.store.corpus.documents import exported_lines
from worker.store.corpus.mass_changes import RULE
from worker.store.corpus.revisions import current_annotators
from worker.store.database import Store
from worker.store.database.locks import take_lock
from worker.store.pulls import PullState, get_pull, save_pull
from worker.store.served import prune_calls

logger = logging.getLogger(__name__)

ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _CollectOptions:
    accept_withdrawals: bool
    accept_changes: bool
    force: bool
    settings: Settings


def collect(
    store: Store,
    client: DoccanoClient,
    project: str,
    settings: Settings,
    now: datetime,
    *,
    accept_withdrawals: bool = False,
    accept_changes: bool = False,
    force: bool = False,
) -> CollectResult:
    """Records what was approved, changed and withdrawn since the last collection.

    A full pull is made when it is due (see `worker.collect.pull_due`) or with `force`; between full
    pulls single documents of a collaborative project are read (see `worker.collect.checks`). The
    withdrawal of too many documents at once is held back unless `accept_withdrawals`, and so is the
    removal of all spans of too many, unless `accept_changes`. A full pull also removes old records
    of auto-label calls (see `worker.store.served.prune_calls`) and erases documents withdrawn long
    ago (see `worker.erasing.retention`). Collecting twice changes nothing.

    Raises the DoccanoError tree, and CollectError when Doccano's data must not be recorded or other
    pulls keep finishing first. This is ManyChanges, unless `accept_changes`, when so many texts
    have changed that the documents may be others: later collections read all documents again, after
    a pause by their number unless `force`, until their texts are right. After an error the project,
    its labels and its listing may be updated, and if another pull or the store broke in on the
    writing, some of the revisions are written; the next collection writes the others.
    """
    options = _CollectOptions(
        accept_withdrawals=accept_withdrawals,
        accept_changes=accept_changes,
        force=force or accept_withdrawals or accept_changes,
        settings=settings,
    )
    # What an attempt wrote before it was overtaken counts too.
    written: list[DocumentChange] = []
    for _ in range(ATTEMPTS):
        stored = stored_state(store, settings, project)
        if not options.force:
            _wait_after_refusal(stored.pull, now)
        with suppress(Overtaken), _noted_refusal(store, project, now):
            attempt = begin(
                store, client, project, settings, stored, now, accept_changes=accept_changes
            )
            result = _collect_once(attempt, settings, options, written)
            _log(project, result)
            return result
    raise CollectError(
        f"other pulls of {project} finished first {ATTEMPTS} times; nothing is lost: collect again"
    )


def _collect_once(
    attempt: Attempt, settings: Settings, options: _CollectOptions, written: list[DocumentChange]
) -> CollectResult:
    due = decide_pull(
        attempt.state,
        attempt.gate.digest,
        settings,
        attempt.now,
        last_movement=attempt.last_movement,
        force=options.force,
    )
    if due.go:
        return _pull_fully(attempt, due, options, written)
    return _check(attempt, due, written)


def _pull_fully(
    attempt: Attempt, due: PullDecision, options: _CollectOptions, written: list[DocumentChange]
) -> CollectResult:
    listing = attempt.record_changes()
    full_pull = _read_everything(attempt, listing, options.settings)
    difference = _difference(attempt, full_pull, listing, options)
    if not listing.is_whole and _any_deleted(attempt, difference):
        # Doccano's count, which the listing was compared with, was an old one.
        listing.complete()
        difference = _difference(attempt, full_pull, listing, options)
    guard = OvertakenGuard(attempt)
    attempt.recorder.record_pull(attempt.store, difference, guard, written)
    with attempt.store.begin() as s, guard(s) as before:
        state = replace(
            attempt.collected(before),
            gate_exported=attempt.gate.digest,
            # After a pull without an export, the next export does not have to wait.
            exported_at=None if full_pull.way == "gate" else attempt.now,
            held_back=difference.held_back,
            held_changes=difference.held_changes,
            ticks_known=attempt.gate.ticks,
            spans_known=attempt.gate.spans,
        )
        if listing.is_whole:
            state = replace(state, all_listed_at=attempt.now)
        save_pull(s, state)
    # Here and not at each check, because the claims of old calls are looked at again each time.
    served_for = timedelta(days=options.settings.served_days)
    prune_calls(attempt.store, attempt.project, attempt.now - served_for)
    erase_withdrawn(options.settings, attempt.store, attempt.project, attempt.now)
    return CollectResult(
        way=full_pull.way,
        reason=_held_back_reason(attempt.project, difference) or due.reason,
        changes=combined(written),
        held_back=difference.held_back,
        held_changes=difference.held_changes,
        span_counts=full_pull.span_counts,
        agreement=full_pull.agreement,
    )


def _difference(
    attempt: Attempt, full_pull: FullPull, listing: Listing, options: _CollectOptions
) -> PullDifference:
    with attempt.store.read() as s:
        return compare_with_store(
            s,
            attempt.project,
            full_pull,
            listing.names,
            accept_withdrawals=options.accept_withdrawals,
            accept_changes=options.accept_changes,
        )


def _any_deleted(attempt: Attempt, difference: PullDifference) -> bool:
    """Whether one of the first documents that seem unticked is not in Doccano any more."""
    unticked = [name for name, why in difference.withdrawals.items() if why == "unticked"]
    try:
        for name in unticked[:MOST_MISSED]:
            attempt.client.example(attempt.doccano_project, int(name))
    except DoccanoNotFound:
        return True
    return False


def _read_everything(attempt: Attempt, listing: Listing, settings: Settings) -> FullPull:
    with attempt.store.read() as s:
        # A document of a collaborative project has no annotators of its own, and one line.
        is_collaborative = attempt.info.collaborative
        annotators = {} if is_collaborative else current_annotators(s, attempt.project)
        lines = exported_lines(s, attempt.project) if is_collaborative else {}
    request = PullRequest(
        doccano_project=attempt.doccano_project,
        info=attempt.info,
        labels=attempt.labels,
        label_key=attempt.label_key,
        latest_labels=attempt.latest_labels,
        rule=attempt.settings.adjudication,
        annotators_before=annotators,
        lines_before=lines,
        anything_approved=attempt.gate.approvals > 0 or attempt.gate.progress.complete > 0,
        export_deadline=settings.export_timeout_seconds,
    )
    return pull_everything(attempt.client, request, listing, attempt.count_export)


def _check(attempt: Attempt, due: PullDecision, written: list[DocumentChange]) -> CollectResult:
    check = check_documents_between_pulls(attempt)
    with attempt.store.begin() as s, OvertakenGuard(attempt)(s) as before:
        changes = attempt.recorder.record_check(s, check.documents)
        state = check.apply(attempt.collected(before))
        if state.gate != state.gate_exported:
            # Later changes may bring back the same counts.
            state = replace(state, gate_exported=None)
        save_pull(s, state)
    return CollectResult(
        way=check.way,
        reason=_held_back_reason(attempt.project, state) or due.reason,
        changes=combined([*written, *changes]),
        held_back=state.held_back,
        held_changes=state.held_changes,
        span_counts=check.documents.span_counts,
    )


def _held_back_reason(project: str, held: PullDifference | PullState) -> str:
    reasons = []
    if held.held_back:
        reasons.append(
            f"{len(held.held_back)} approved documents have vanished from Doccano at once, perhaps "
            "because a member was removed; they are kept as they were. To withdraw them, run "
            f"nerloop collect {project} --accept-withdrawals"
        )
    if held.held_changes:
        reasons.append(
            f"{len(held.held_changes)} approved documents have lost all their spans at once "
            f"({RULE}), perhaps because a label was deleted; they are kept as they were. To take "
            f"that over, run nerloop collect {project} --accept-changes"
        )
    return "; ".join(reasons)


def _wait_after_refusal(state: PullState, now: datetime) -> None:
    """Raises the refusal of the last collection again while it is too early to list everything."""
    pause = PAUSE_PER_DOCUMENT * (state.documents or 0)
    if state.refusal and state.listed_at and abs(now - state.listed_at) < pause:
        raise ManyChanges(state.refusal)


@contextmanager
def _noted_refusal(store: Store, project: str, now: datetime) -> Iterator[None]:
    """Stores a refusal that is raised, so that the next collections wait before they look again."""
    try:
        yield
    except ManyChanges as error:
        with store.begin() as s:
            take_lock(s, "project", project)
            save_pull(s, replace(get_pull(s, project), refusal=str(error), listed_at=now))
        raise


def _log(project: str, result: CollectResult) -> None:
    level = logging.INFO if result.revisions else logging.DEBUG
    message = "collected project=%s way=%s new=%d changed=%d withdrawn=%d misfit_spans=%d (%s)"
    counts = (result.new, result.changed, result.withdrawn, result.span_counts.outside)
    logger.log(level, message, project, result.way, *counts, result.reason)
    if (result.held_back or result.held_changes) and result.way != "gate":
        logger.warning("held back project=%s: %s", project, result.reason)
