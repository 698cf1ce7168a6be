"""Updates the store to what is approved in Doccano, by gate, single documents and full pull."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ner.errors import CollectError
from worker.collect.attempt import Attempt, Overtaken, OvertakenGuard, begin
from worker.collect.checks.check import check_documents_between_pulls
from worker.collect.collect_result import CollectResult
from worker.collect.full_pull import PullRequest, pull_everything
from worker.collect.pull_due import PullDecision, decide_pull
from worker.collect.recording import compare_with_store
from worker.doccano.client import DoccanoClient
from worker.erasing.retention import erase_withdrawn
from worker.settings import Settings
from worker.store.database import Store
from worker.store.pulls import save_pull
from worker.store.revisions import current_annotators
from worker.store.served import prune_calls

logger = logging.getLogger(__name__)

ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class _FullPullOptions:
    accept_withdrawals: bool
    settings: Settings


def collect(
    store: Store,
    client: DoccanoClient,
    project: str,
    settings: Settings,
    now: datetime,
    *,
    accept_withdrawals: bool = False,
    force: bool = False,
) -> CollectResult:
    """Records what was approved, changed and withdrawn since the last collection.

    A full pull is made when it is due (see `worker.collect.pull_due`) or with `force`; between full
    pulls single documents of a collaborative project are read (see `worker.collect.checks`). The
    withdrawal of too many documents at once is held back unless `accept_withdrawals`. A full pull
    also removes old records of auto-label calls (see `worker.store.served.prune_calls`) and erases
    documents withdrawn long ago (see `worker.erasing.retention`). Collecting twice changes nothing.

    Raises the DoccanoError tree, and CollectError when Doccano's data must not be recorded or other
    pulls keep finishing first. The project, its labels and its listing may have been updated then,
    and if another pull or the store broke in on the writing, some of the revisions are written; the
    next collection writes the others.
    """
    options = _FullPullOptions(accept_withdrawals, settings)
    for _ in range(ATTEMPTS):
        attempt = begin(store, client, project, settings, now)
        due = decide_pull(
            attempt.state,
            attempt.gate.digest,
            settings,
            now,
            last_movement=attempt.last_movement,
            force=force or accept_withdrawals,
        )
        try:
            result = _pull_fully(attempt, due, options) if due.go else _check(attempt, due)
        except Overtaken:
            continue
        _log(project, result)
        return result
    raise CollectError(
        f"other pulls of {project} finished first {ATTEMPTS} times; nothing is lost: collect again"
    )


def _pull_fully(attempt: Attempt, due: PullDecision, options: _FullPullOptions) -> CollectResult:
    listing = attempt.record_listing()
    # The documents of a collaborative project have no annotators of their own.
    before: dict[str, tuple[str, ...]] = {}
    if not attempt.info.collaborative:
        with attempt.store.read() as s:
            before = current_annotators(s, attempt.project)
    request = PullRequest(
        doccano_project=attempt.doccano_project,
        info=attempt.info,
        labels=attempt.labels,
        rule=attempt.settings.adjudication,
        annotators_before=before,
        anything_approved=attempt.gate.approvals > 0,
        export_deadline=options.settings.export_timeout_seconds,
    )
    full_pull = pull_everything(attempt.client, request, listing, attempt.count_export)
    with attempt.store.read() as s:
        difference = compare_with_store(
            s,
            attempt.project,
            full_pull,
            {str(example.id) for example in listing},
            accept_withdrawals=options.accept_withdrawals,
        )
    guard = OvertakenGuard(attempt)
    changes = attempt.recorder.record_pull(attempt.store, difference, guard)
    with attempt.store.begin() as s, guard(s):
        state = replace(
            attempt.current_state(s),
            gate_exported=attempt.gate.digest,
            # After a pull without an export, the next export does not have to wait.
            exported_at=None if full_pull.way == "gate" else attempt.now,
            held_back=difference.held_back,
            ticks_known=attempt.gate.ticks,
            spans_known=attempt.gate.spans,
        )
        save_pull(s, state)
    # Here and not at each check, because the claims of old calls are looked at again each time.
    served_for = timedelta(days=options.settings.served_days)
    prune_calls(attempt.store, attempt.project, attempt.now - served_for)
    erase_withdrawn(options.settings, attempt.store, attempt.project, attempt.now)
    return CollectResult(
        way=full_pull.way,
        reason=_held_back_reason(attempt.project, difference.held_back) or due.reason,
        changes=changes,
        held_back=difference.held_back,
        span_counts=full_pull.span_counts,
        agreement=full_pull.agreement,
    )


def _check(attempt: Attempt, due: PullDecision) -> CollectResult:
    check = check_documents_between_pulls(attempt)
    with attempt.store.begin() as s, OvertakenGuard(attempt)(s):
        changes = attempt.recorder.record_check(s, check.documents)
        state = check.apply(attempt.current_state(s))
        if state.gate != state.gate_exported:
            # Later changes may bring back the same counts.
            state = replace(state, gate_exported=None)
        save_pull(s, state)
    return CollectResult(
        way=check.way,
        reason=_held_back_reason(attempt.project, state.held_back) or due.reason,
        changes=changes,
        held_back=state.held_back,
        span_counts=check.documents.span_counts,
    )


def _held_back_reason(project: str, held_back: tuple[str, ...]) -> str:
    if not held_back:
        return ""
    return (
        f"{len(held_back)} approved documents have vanished from Doccano at once, perhaps "
        "because a member was removed; they are kept as they were. To withdraw them, run "
        f"nerloop collect {project} --accept-withdrawals"
    )


def _log(project: str, result: CollectResult) -> None:
    level = logging.INFO if result.revisions else logging.DEBUG
    message = "collected project=%s way=%s new=%d changed=%d withdrawn=%d misfit_spans=%d (%s)"
    counts = (result.new, result.changed, result.withdrawn, result.span_counts.outside)
    logger.log(level, message, project, result.way, *counts, result.reason)
    if result.held_back and result.way != "gate":
        logger.warning("held back project=%s: %s", project, result.reason)
