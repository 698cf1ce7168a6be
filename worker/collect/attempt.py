"""One attempt at collecting a project: what it works with, and the store's state at its start."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from ner.errors import CollectError, ManyChanges
from worker.bound_project import bind, check_binding, settings_binding
from worker.collect.gate import Gate, read_gate
from worker.collect.listing import Listing, whole_is_due
from worker.collect.recording import Recorder
from worker.doccano.client import DoccanoClient
from worker.doccano.models import Example
from worker.project_listing import listed_documents, project_info
from worker.project_settings import ProjectSettings
from worker.settings import Settings
from worker.store.bindings import Binding, get_binding
from worker.store.corpus.documents import present_documents
from worker.store.corpus.listings import sync_listing
from worker.store.corpus.mass_changes import check_labels
from worker.store.corpus.revisions import last_revision
from worker.store.database import Store
from worker.store.database.locks import take_lock
from worker.store.labels import LabelKeys, known_labels, lost_labels, sync_labels
from worker.store.projects import ProjectInfo, get_project, save_project
from worker.store.pulls import PullState, count_export, get_pull, last_movement


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredState:
    """What the store says of a project before an attempt."""

    pull: PullState
    last_revision: int
    last_movement: datetime | None


def stored_state(store: Store, settings: Settings, project: str) -> StoredState:
    """Reads the project's state in one transaction.

    Raises AnotherDoccano when the project is bound to another Doccano than that of the settings.
    """
    with store.read() as s:
        check_binding(s, settings, project)
        pull = get_pull(s, project)
        return StoredState(
            pull=pull,
            last_revision=last_revision(s, project),
            last_movement=last_movement(s, pull),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Dependencies of one attempt, Doccano's counts, and the store's state before it.

    `binding` is the Doccano that the project's documents come from. With `accept_changes`, whatever
    has changed at once is taken over. `listing` has all documents if they were read at the start.
    """

    store: Store
    client: DoccanoClient
    project: str
    settings: ProjectSettings
    info: ProjectInfo
    binding: Binding
    labels: LabelKeys
    gate: Gate
    state: PullState
    last_revision: int
    last_movement: datetime | None
    now: datetime
    accept_changes: bool = False
    listing: tuple[Example, ...] | None = None

    @property
    def doccano_project(self) -> int:
        """The project's number in Doccano."""
        return self.settings.doccano_project

    @property
    def recorder(self) -> Recorder:
        """What writes revisions of this project."""
        return Recorder(self.project, self.settings.held_out_share, self.now)

    def collected(self, state: PullState) -> PullState:
        """Returns the store's state with Doccano's counts and the time of this pull."""
        progress = self.gate.progress
        return replace(
            state,
            gate=self.gate.digest,
            moved_at=state.moved_at if self.gate.digest == state.gate else self.now,
            documents=progress.total,
            ticked=progress.complete if self.info.collaborative else None,
            pulled_at=self.now,
            refusal=None,
        )

    def latest_labels(self) -> LabelKeys:
        """Reads the labels again, of which one may be newer than `labels`."""
        names = self.client.label_types(self.doccano_project)
        with self.store.begin() as s, OvertakenGuard(self)(s):
            return sync_labels(s, self.project, names)

    def label_key(self, doccano_id: int) -> str:
        """The key of a label. Raises CollectError when it was deleted meanwhile."""
        key = self.labels.by_id.get(doccano_id) or self.latest_labels().by_id.get(doccano_id)
        if key is not None:
            return key
        raise CollectError(
            f"label {doccano_id} was deleted in Doccano during the pull; the next one will succeed"
        )

    def count_export(self) -> None:
        """Counts an export that Doccano is asked for now."""
        with self.store.begin() as s:
            count_export(s, self.project)

    def record_listing(self) -> tuple[Example, ...]:
        """Reads all documents from Doccano, unless they were read, and updates the store's listing.

        Raises ManyChanges when the texts of too many documents have changed.
        """
        if self.listing is not None:
            return self.listing
        listing = tuple(self.client.examples(self.doccano_project))
        if len(listing) != self.gate.progress.total:
            # A cache on the way may have answered, or documents are just added or deleted.
            listing = tuple(self.client.examples(self.doccano_project))
        listed = listed_documents(listing, collaborative=self.info.collaborative)
        sync_listing(
            self.store,
            self.project,
            listed,
            complete=True,
            share=self.settings.held_out_share,
            now=self.now,
            accept_changes=self.accept_changes,
        )
        return listing

    def record_changes(self) -> Listing:
        """Updates the store's listing by what has changed, as far as Doccano's count explains it.

        That is by all documents in an individual project, in which the ticks of others are unknown,
        and once a day. Raises ManyChanges as `record_listing` does.
        """
        asked = self.accept_changes or self.listing is not None
        if asked or not self.info.collaborative or whole_is_due(self.state, self.now):
            return Listing.of_all(self.record_listing())
        latest = self.record_latest()
        with self.store.read() as s:
            present = present_documents(s, self.project)
        if len(present) != self.gate.progress.total:
            return Listing.of_all(self.record_listing())
        return Listing(latest, present, self.record_listing)

    def record_latest(self) -> tuple[Example, ...]:
        """Updates the store's listing by the documents that were added or edited last.

        Returns those that it read. Ends at the first page with nothing new. An edit that lies
        behind such a page, and deletions, are left to a listing of all. If many texts on a page
        have changed, all documents are read instead. Raises ManyChanges then as `record_listing`
        does.
        """
        latest: list[Example] = []
        for page in self.client.latest_examples(self.doccano_project):
            latest += page
            listed = listed_documents(page, collaborative=self.info.collaborative)
            share = self.settings.held_out_share
            try:
                new = sync_listing(
                    self.store, self.project, listed, complete=False, share=share, now=self.now
                )
            except ManyChanges:
                # Documents that were edited come first: on this page they may seem to be many.
                return self.record_listing()
            if not new:
                break
        return tuple(latest)


class Overtaken(Exception):
    """Another pull has written since this one began; its data may be newer."""


class OvertakenGuard:
    """Ends the writing of an attempt when another pull has written since it began."""

    def __init__(self, attempt: Attempt) -> None:
        self._project = attempt.project
        self._state = attempt.state
        self._last_revision = attempt.last_revision
        self._binding = attempt.binding

    @contextmanager
    def __call__(self, session: Session) -> Iterator[PullState]:
        """Encloses what one transaction writes, which the next one does not take for another's.

        Yields the store's state, which may have another error or number of exports than the
        attempt's. Raises Overtaken at the beginning.
        """
        take_lock(session, "project", self._project)
        state = get_pull(session, self._project)
        if (
            state.exported_at != self._state.exported_at
            or state.gate_exported != self._state.gate_exported
            or last_revision(session, self._project) != self._last_revision
            or get_binding(session, self._project) != self._binding
        ):
            raise Overtaken
        yield state
        self._last_revision = last_revision(session, self._project)


def begin(
    store: Store,
    client: DoccanoClient,
    project: str,
    settings: Settings,
    stored: StoredState,
    now: datetime,
    *,
    accept_changes: bool = False,
) -> Attempt:
    """Reads modes, labels and counts from Doccano; modes and labels are stored at once if changed.

    All documents are read first when a label is not as it was, or when the last collection was
    refused: their texts and the labels show whether Doccano was set up anew. Raises ManyChanges. A
    project that is not bound yet is bound.
    """
    project_settings = settings.project(project)
    doccano_project = project_settings.doccano_project
    info = _project_info(client, project, doccano_project, now)
    names = client.label_types(doccano_project)
    attempt = Attempt(
        store=store,
        client=client,
        project=project,
        settings=project_settings,
        info=info,
        binding=settings_binding(settings, project),
        labels=LabelKeys({}, {}),
        # Read before the documents, so that any later change alters the next digest.
        gate=read_gate(client, doccano_project),
        state=stored.pull,
        last_revision=stored.last_revision,
        last_movement=stored.last_movement,
        now=now,
        accept_changes=accept_changes,
    )
    labels, listing = _known_labels(attempt, names), None
    if labels is None or stored.pull.refusal:
        listing = _checked_listing(attempt, names)
    if labels is None:
        with store.begin() as s:
            save_project(s, info)
            bind(s, settings, project)
            labels = sync_labels(s, project, names)
    return replace(attempt, labels=labels, listing=listing)


def _known_labels(attempt: Attempt, names: Mapping[int, str]) -> LabelKeys | None:
    """The labels if they, the project's modes and its binding are stored as they are, else None."""
    with attempt.store.read() as s:
        known = get_project(s, attempt.project)
        if known is None or replace(known, seen_at=attempt.now) != attempt.info:
            return None
        if get_binding(s, attempt.project) != attempt.binding:
            return None
        return known_labels(s, attempt.project, names)


def _checked_listing(attempt: Attempt, names: Mapping[int, str]) -> tuple[Example, ...] | None:
    """Reads all documents if that must show that they are the known ones, else returns None."""
    with attempt.store.read() as s:
        lost = lost_labels(s, attempt.project, names)
    if attempt.accept_changes or not (lost or attempt.state.refusal):
        return None
    listing = attempt.record_listing()
    with attempt.store.read() as s:
        check_labels(s, attempt.project, names, [str(example.id) for example in listing])
    return listing


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
