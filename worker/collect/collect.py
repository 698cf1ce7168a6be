"""Brings the store level with what is approved in Doccano: gate, served documents, full pull."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from ner.errors import CollectError
from worker.collect.collect_result import CollectResult
from worker.collect.full_pull import PullRequest, pull_everything
from worker.collect.gate import Gate, look
from worker.collect.pull_due import PullDecision, decide_pull
from worker.collect.recording import Recorder
from worker.collect.served_check import ServedCheck, check_served, lately_served
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
    """Takes over what was approved, changed and withdrawn since the last time, once.

    A full pull is made when it is due (see `worker.collect.pull_due`) or with `force`; between full
    pulls the documents of a collaborative project that were lately served are checked one by one. A
    withdrawal of too many at once is held back unless `accept_withdrawals`. Doing it twice changes
    nothing. An export is waited for `export_deadline` seconds.

    Raises the DoccanoError tree, and CollectError when what Doccano says must not be taken over;
    nothing in the store has changed then but the list of documents.
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
    """One attempt: its parts and what was there when it began."""

    store: Store
    client: DoccanoClient
    project: str
    settings: ProjectSettings
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
        """Whether another pull has written since; what it saw may be newer than this one."""
        state = get_pull(session, self.project)
        full = (state.exported_at, state.gate_exported)
        return (
            full != (self.state.exported_at, self.state.gate_exported)
            or last_revision(session, self.project) != self.last_revision
        )


def _begin(
    store: Store, client: DoccanoClient, project: str, settings: Settings, now: datetime
) -> _Pull:
    chosen = settings.project(project)
    with store.read() as s:
        state, last = get_pull(s, project), last_revision(s, project)
    info = _project_info(client, project, chosen.doccano_project, now)
    labels = client.label_types(chosen.doccano_project)
    with store.begin() as s:
        save_project(s, info)
        sync_labels(s, project, labels)
    return _Pull(
        store=store,
        client=client,
        project=project,
        settings=chosen,
        info=info,
        labels=labels,
        # Before anything is read: what changes after this moves the next digest.
        gate=look(client, chosen.doccano_project),
        state=state,
        last_revision=last,
        now=now,
    )


def _project_info(
    client: DoccanoClient, project: str, doccano_project: int, now: datetime
) -> ProjectInfo:
    seen = client.project(doccano_project)
    if not seen.labels_spans:
        raise CollectError(
            f"Doccano's project {doccano_project} ({seen.name!r}) is of type {seen.project_type}, "
            f"and nerloop needs SequenceLabeling; correct doccano_project of projects.{project}"
        )
    return project_info(project, seen, now)


def _pull_fully(pull: _Pull, due: PullDecision) -> CollectResult | None:
    """The result, or None when another pull was quicker."""
    listing = _take_listing(pull)
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
    found = pull_everything(pull.client, request, listing)
    with pull.store.begin() as s:
        if pull.was_overtaken(s):
            return None
        recorded = pull.recorder(s).record_pull(
            found,
            {str(example.id) for example in listing},
            accept_withdrawals=pull.accept_withdrawals,
        )
        state = replace(
            get_pull(s, pull.project),
            gate=pull.gate.digest,
            gate_exported=pull.gate.digest,
            # Where nothing was exported, the next export need not wait.
            exported_at=None if found.way == "gate" else pull.now,
            held_back=recorded.held_back,
            pulled_at=pull.now,
        )
        save_pull(s, state)
    return CollectResult(
        way=found.way,
        reason=_held_back_words(pull.project, recorded.held_back) or due.reason,
        new=recorded.new,
        changed=recorded.changed,
        withdrawn=recorded.withdrawn,
        held_back=recorded.held_back,
        dropped_spans=found.dropped_spans,
        agreement=found.agreement,
    )


def _take_listing(pull: _Pull) -> tuple[Example, ...]:
    listing = tuple(pull.client.examples(pull.doccano_project))
    listed = listed_documents(listing, collaborative=pull.info.collaborative)
    share = pull.settings.held_out_share
    with pull.store.begin() as s:
        sync_listing(s, pull.project, listed, complete=True, share=share, now=pull.now)
    return listing


def _pull_served(pull: _Pull, due: PullDecision) -> CollectResult | None:
    """The result, or None when another pull was quicker."""
    check = _check_served(pull) if pull.info.collaborative else None
    with pull.store.begin() as s:
        if pull.was_overtaken(s):
            return None
        state = replace(get_pull(s, pull.project), gate=pull.gate.digest, pulled_at=pull.now)
        held_back = state.held_back
        reason = _held_back_words(pull.project, held_back) or due.reason
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
        served = lately_served(s, pull.project, checked)
    if served.unknown:
        _take_listing(pull)
        with pull.store.read() as s:
            served = lately_served(s, pull.project, checked)
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


def _held_back_words(project: str, held_back: tuple[str, ...]) -> str:
    if not held_back:
        return ""
    return (
        f"{len(held_back)} approved documents have vanished from Doccano's export at once, perhaps "
        "because a member was removed; they are kept as they were. If they are meant to go: "
        f"nerloop collect {project} --accept-withdrawals"
    )


def _log(project: str, result: CollectResult) -> None:
    level = logging.INFO if result.revisions else logging.DEBUG
    words = "collected project=%s way=%s new=%d changed=%d withdrawn=%d dropped_spans=%d (%s)"
    counts = (result.new, result.changed, result.withdrawn, result.dropped_spans)
    logger.log(level, words, project, result.way, *counts, result.reason)
    if result.held_back and result.way != "gate":
        logger.warning("held back project=%s: %s", project, result.reason)
