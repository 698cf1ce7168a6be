"""One attempt at collecting a project: what it works with, and the store's state at its start."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from ner.errors import CollectError
from worker.bound_project import bind, bound_project, settings_binding
from worker.collect.gate import Gate, read_gate
from worker.collect.recording import Recorder
from worker.doccano.client import DoccanoClient
from worker.doccano.models import Example
from worker.project_listing import listed_documents, project_info
from worker.project_settings import ProjectSettings
from worker.settings import Settings
from worker.store.bindings import Binding, get_binding
from worker.store.database import Store
from worker.store.database.locks import take_lock
from worker.store.labels import LabelKeys, sync_labels
from worker.store.listings import sync_listing
from worker.store.projects import ProjectInfo, save_project
from worker.store.pulls import PullState, count_export, get_pull, last_movement
from worker.store.revisions import last_revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Dependencies of one attempt, Doccano's counts, and the store's state before it.

    `binding` is the Doccano that the project's documents come from.
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

    @property
    def doccano_project(self) -> int:
        """The project's number in Doccano."""
        return self.settings.doccano_project

    @property
    def recorder(self) -> Recorder:
        """What writes revisions of this project."""
        return Recorder(self.project, self.settings.held_out_share, self.now)

    def current_state(self, session: Session) -> PullState:
        """Returns the state of the store now, with Doccano's counts and the time of this pull."""
        state, progress = get_pull(session, self.project), self.gate.progress
        return replace(
            state,
            gate=self.gate.digest,
            moved_at=state.moved_at if self.gate.digest == state.gate else self.now,
            documents=progress.total,
            ticked=progress.complete if self.info.collaborative else None,
            pulled_at=self.now,
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
        """Reads all documents from Doccano and updates the store's listing."""
        listing = tuple(self.client.examples(self.doccano_project))
        listed = listed_documents(listing, collaborative=self.info.collaborative)
        share = self.settings.held_out_share
        sync_listing(self.store, self.project, listed, complete=True, share=share, now=self.now)
        return listing

    def record_latest(self) -> None:
        """Updates the store's listing by the documents that were added or edited last.

        Ends at the first page with nothing new. An edit that lies behind such a page, and
        deletions, are left to the next full pull.
        """
        for page in self.client.latest_examples(self.doccano_project):
            listed = listed_documents(page, collaborative=self.info.collaborative)
            share = self.settings.held_out_share
            if not sync_listing(
                self.store, self.project, listed, complete=False, share=share, now=self.now
            ):
                return


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
    def __call__(self, session: Session) -> Iterator[None]:
        """Encloses what one transaction writes, which the next one does not take for another's.

        Raises Overtaken at the beginning.
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
        yield
        self._last_revision = last_revision(session, self._project)


def begin(
    store: Store, client: DoccanoClient, project: str, settings: Settings, now: datetime
) -> Attempt:
    """Reads modes, labels and counts from Doccano; modes and labels are stored at once.

    Raises AnotherDoccano before anything is read when the project is bound to another Doccano than
    that of the settings. A project that is not bound yet is bound to it.
    """
    project_settings = settings.project(project)
    doccano_project = bound_project(store, settings, project)
    with store.read() as s:
        state, last = get_pull(s, project), last_revision(s, project)
        moved_at = last_movement(s, project)
    info = _project_info(client, project, doccano_project, now)
    names = client.label_types(doccano_project)
    with store.begin() as s:
        save_project(s, info)
        bind(s, settings, project)
        labels = sync_labels(s, project, names)
    return Attempt(
        store=store,
        client=client,
        project=project,
        settings=project_settings,
        info=info,
        binding=settings_binding(settings, project),
        labels=labels,
        # Read before the documents, so that any later change alters the next digest.
        gate=read_gate(client, doccano_project),
        state=state,
        last_revision=last,
        last_movement=moved_at,
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
