"""Updates the store to what is approved in Doccano, by gate, served documents and full pull."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ner.errors import CollectError
from worker.collect.collect_result import CollectResult
from worker.collect.full_pull import PullRequest, pull_everything
from worker.collect.gate import Gate, read_gate
from worker.collect.pull_due import PullDecision, decide_pull
from worker.collect.recording import Recorder
from worker.collect.served_check import ServedCheck, check_served, recently_served
from worker.doccano.client import DoccanoClient
from worker.doccano.models import Example
from worker.project_listing import listed_documents, project_info
from worker.settings import ProjectSettings, Settings
from worker.store.database import Store
from worker.store.documents import sync_listing
from worker.store.labels import sync_labels
from worker.store.projects import ProjectInfo, save_project
from worker.store.pulls import PullState, get_pull, save_pull
from worker.store.revisions import current_annotators, last_revision
from worker.store.served import prune_calls

logger = logging.getLogger(__name__)

EXPORT_SECONDS = 120.0
ATTEMPTS = 3


def collect(
    store: Store,
    client: DoccanoClient,
    project: str,
    settings: Settings,
    now: datetime,
    *,
    accept_withdrawals: bool = False,
    force: bool = False,
    export_deadline: float = EXPORT_SECONDS,
) -> CollectResult:
    """Records what was approved, changed and withdrawn since the last collection.

    A full pull is made when it is due (see `worker.collect.pull_due`) or with `force`; between full
    pulls the recently served documents of a collaborative project are checked one by one. The
    withdrawal of too many documents at once is held back unless `accept_withdrawals`. A full pull
    also removes old records of auto-label calls (see `worker.store.served.prune_calls`). Collecting
    twice changes nothing. An export may take `export_deadline` seconds.

    Raises the DoccanoError tree, and CollectError when Doccano's data must not be recorded or other
    pulls keep finishing first. No revision is written then; the project, its labels and its listing
    may have been updated.
    """
    for _ in range(ATTEMPTS):
        pull = _begin(store, client, project, settings, now)
        pull = replace(pull, accept_withdrawals=accept_withdrawals, export_deadline=export_deadline)
        due = decide_pull(
            pull.state, pull.gate.digest, settings, now, force=force or accept_withdrawals
        )
        result = _pull_fully(pull, due) if due.go else _pull_served(pull, due)
        if result is not None:
            _log(project, result)
            return result
    raise CollectError(
        f"other pulls of {project} finished first {ATTEMPTS} times; nothing is lost: collect again"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pull:
    """One attempt: what it works with, and the state of the store when it began."""

    store: Store
    client: DoccanoClient
    project: str
    settings: ProjectSettings
    served_for: timedelta
    info: ProjectInfo
    labels: Mapping[int, str]
    gate: Gate
    state: PullState
    last_revision: int
    now: datetime
    accept_withdrawals: bool = False
    export_deadline: float = EXPORT_SECONDS

    @property
    def doccano_project(self) -> int:
        return self.settings.doccano_project

    def recorder(self, session: Session) -> Recorder:
        return Recorder(session, self.project, self.settings.held_out_share, self.now)

    def was_overtaken(self, session: Session) -> bool:
        """Whether another pull has written since this one began; its data may be newer."""
        state = get_pull(session, self.project)
        full = (state.exported_at, state.gate_exported)
        return (
            full != (self.state.exported_at, self.state.gate_exported)
            or last_revision(session, self.project) != self.last_revision
        )


def _begin(
    store: Store, client: DoccanoClient, project: str, settings: Settings, now: datetime
) -> _Pull:
    project_settings = settings.project(project)
    doccano_project = project_settings.doccano_project
    with store.read() as s:
        state, last = get_pull(s, project), last_revision(s, project)
    info = _project_info(client, project, doccano_project, now)
    labels = client.label_types(doccano_project)
    with store.begin() as s:
        save_project(s, info)
        sync_labels(s, project, labels)
    return _Pull(
        store=store,
        client=client,
        project=project,
        settings=project_settings,
        served_for=timedelta(days=settings.served_days),
        info=info,
        labels=labels,
        # Read before the documents, so that any later change alters the next digest.
        gate=read_gate(client, doccano_project),
        state=state,
        last_revision=last,
        now=now,
    )


def _project_info(
    client: DoccanoClient, project: str, doccano_project: int, now: datetime
) -> ProjectInfo:
    remote = client.project(doccano_project)
    if not remote.labels_spans:
        raise CollectError(
            f"Doccano's project {doccano_project} ({remote.name!r}) is of type "
            f"{remote.project_type}, and nerloop needs SequenceLabeling; correct doccano_project "
            f"of projects.{project}"
        )
    return project_info(project, remote, now)


def _pull_fully(pull: _Pull, due: PullDecision) -> CollectResult | None:
    """Returns the result, or None when another pull finished first."""
    listing = _record_listing(pull)
    with pull.store.read() as s:
        before = current_annotators(s, pull.project)
    request = PullRequest(
        doccano_project=pull.doccano_project,
        info=pull.info,
        labels=pull.labels,
        rule=pull.settings.adjudication,
        annotators_before=before,
        anything_approved=pull.gate.approvals > 0,
        export_deadline=pull.export_deadline,
    )
    full_pull = pull_everything(pull.client, request, listing)
    with pull.store.begin() as s:
        if pull.was_overtaken(s):
            return None
        recorded = pull.recorder(s).record_pull(
            full_pull,
            {str(example.id) for example in listing},
            accept_withdrawals=pull.accept_withdrawals,
        )
        state = replace(
            get_pull(s, pull.project),
            gate=pull.gate.digest,
            gate_exported=pull.gate.digest,
            # After a pull without an export, the next export does not have to wait.
            exported_at=None if full_pull.way == "gate" else pull.now,
            held_back=recorded.held_back,
            pulled_at=pull.now,
        )
        save_pull(s, state)
        # Here and not at each check, because the claims of old calls are looked at again each time.
        prune_calls(s, pull.project, pull.now - pull.served_for)
    return CollectResult(
        way=full_pull.way,
        reason=_held_back_reason(pull.project, recorded.held_back) or due.reason,
        new=recorded.new,
        changed=recorded.changed,
        withdrawn=recorded.withdrawn,
        held_back=recorded.held_back,
        dropped_spans=full_pull.dropped_spans,
        agreement=full_pull.agreement,
    )


def _record_listing(pull: _Pull) -> tuple[Example, ...]:
    listing = tuple(pull.client.examples(pull.doccano_project))
    listed = listed_documents(listing, collaborative=pull.info.collaborative)
    share = pull.settings.held_out_share
    with pull.store.begin() as s:
        sync_listing(s, pull.project, listed, complete=True, share=share, now=pull.now)
    return listing


def _pull_served(pull: _Pull, due: PullDecision) -> CollectResult | None:
    """Returns the result, or None when another pull finished first."""
    check = _check_served(pull) if pull.info.collaborative else None
    with pull.store.begin() as s:
        if pull.was_overtaken(s):
            return None
        state = replace(get_pull(s, pull.project), gate=pull.gate.digest, pulled_at=pull.now)
        held_back = state.held_back
        reason = _held_back_reason(pull.project, held_back) or due.reason
        if check is None:
            save_pull(s, state)
            return CollectResult("gate", reason, held_back=held_back)
        recorded = pull.recorder(s).record_check(check, held_back)
        save_pull(s, replace(state, checked_served_id=check.checked_served_id))
    return CollectResult(
        way="served",
        reason=reason,
        new=recorded.new,
        changed=recorded.changed,
        withdrawn=recorded.withdrawn,
        held_back=held_back,
        dropped_spans=check.dropped_spans,
    )


def _check_served(pull: _Pull) -> ServedCheck | None:
    checked = pull.state.checked_served_id
    with pull.store.read() as s:
        served = recently_served(s, pull.project, checked)
    if served.has_unknown_texts:
        _record_listing(pull)
        with pull.store.read() as s:
            served = recently_served(s, pull.project, checked)
    if not served.calls:
        return None
    return check_served(
        pull.client,
        pull.doccano_project,
        pull.info,
        served,
        checked_served_id=checked,
        now=pull.now,
    )


def _held_back_reason(project: str, held_back: tuple[str, ...]) -> str:
    if not held_back:
        return ""
    return (
        f"{len(held_back)} approved documents have vanished from Doccano's export at once, perhaps "
        "because a member was removed; they are kept as they were. To withdraw them, run "
        f"nerloop collect {project} --accept-withdrawals"
    )


def _log(project: str, result: CollectResult) -> None:
    level = logging.INFO if result.revisions else logging.DEBUG
    message = "collected project=%s way=%s new=%d changed=%d withdrawn=%d dropped_spans=%d (%s)"
    counts = (result.new, result.changed, result.withdrawn, result.dropped_spans)
    logger.log(level, message, project, result.way, *counts, result.reason)
    if result.held_back and result.way != "gate":
        logger.warning("held back project=%s: %s", project, result.reason)
