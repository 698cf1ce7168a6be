"""Binds a project to another Doccano, after a person has said what the change means.

The documents are either those that the store knows, under another address or number, or others.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from ner.errors import CollectError
from worker.bound_project import settings_binding
from worker.connecting.agreement import Agreement, compare_documents
from worker.connecting.project_access import open_project
from worker.doccano import DoccanoClient
from worker.project_listing import project_info
from worker.settings import Settings
from worker.store.bindings import IN_REBIND, Binding, get_binding, save_binding
from worker.store.database import Store
from worker.store.database.batches import SIZE, write_in_batches
from worker.store.database.locks import take_lock
from worker.store.labels import move_labels, sync_labels
from worker.store.projects import save_project
from worker.store.pulls import PullState, get_pull, save_pull
from worker.store.removal.release import Released, documents_to_release, release_documents
from worker.store.training.datasets import load_dataset

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Rebinding:
    """A project whose Doccano may have changed: the stored binding and that of the settings."""

    store: Store
    client: DoccanoClient
    project: str
    settings: Settings
    now: datetime

    @property
    def stored(self) -> Binding | None:
        """The stored binding, None before the first collection."""
        with self.store.read() as s:
            return get_binding(s, self.project)

    @property
    def wanted(self) -> Binding:
        """The binding that the settings ask for."""
        return settings_binding(self.settings, self.project)

    def compare(self) -> Agreement:
        """Compares the documents of the settings' Doccano with those that the store knows.

        Raises the DoccanoError tree.
        """
        number = self.wanted.doccano_project
        open_project(self.client, number)
        return compare_documents(self.store, self.client, self.project, number)

    def keep_documents(self) -> Agreement:
        """Binds the project to the settings' Doccano, whose documents are those of the store.

        Raises CollectError when they do not agree.
        """
        agreement = self.compare()
        if not agreement.is_same:
            raise CollectError(
                f"{self.wanted} does not have the documents of {self.project}: {agreement}; "
                "nothing was changed: correct doccano_url or doccano_project, or let the numbers "
                f"go with `nerloop rebind {self.project} --other-documents`"
            )
        with self.store.begin() as s:
            take_lock(s, "project", self.project)
            save_pull(s, replace(get_pull(s, self.project), gate_exported=None, refusal=None))
            save_binding(s, self.project, self.wanted)
        return agreement

    def release_documents(self, *, create_labels: bool, progress: Progress) -> Released:
        """Lets the documents' ids go and binds the project to the settings' Doccano.

        What was approved stays as gold. `progress` is called with the documents done and all of
        them. If the process is killed, nothing is collected until another call completes the work.
        Raises CollectError when the documents there are the known ones, and when a label of the
        gold is not there, unless `create_labels`.
        """
        remote = open_project(self.client, self.wanted.doccano_project).project
        self._refuse_the_same()
        labels = self._labels(create=create_labels)
        with self.store.begin() as s:
            save_binding(s, self.project, IN_REBIND)
        with self.store.read() as s:
            every = documents_to_release(s, self.project)
        done = 0

        def release(s: Session, batch: Collection[int]) -> Released:
            nonlocal done
            released = release_documents(s, self.project, batch, now=self.now)
            done = min(done + SIZE, len(every))
            progress(done, len(every))
            return released

        released = sum(write_in_batches(self.store, every, release), Released())
        with self.store.begin() as s:
            take_lock(s, "project", self.project)
            before = get_pull(s, self.project)
            served, exports = before.checked_served_id, before.exports
            save_pull(s, PullState(self.project, checked_served_id=served, exports=exports))
            move_labels(s, self.project, labels)
            sync_labels(s, self.project, labels)
            save_project(s, project_info(self.project, remote, self.now))
            save_binding(s, self.project, self.wanted)
        return released

    def _refuse_the_same(self) -> None:
        if self.stored == IN_REBIND:  # some have been let go already
            return
        agreement = self.compare()
        if agreement.compared and agreement.is_same:
            raise CollectError(
                f"{self.wanted} has the documents of {self.project}: {agreement}; nothing was "
                f"changed: keep their numbers with `nerloop rebind {self.project} --same-documents`"
            )

    def _labels(self, *, create: bool) -> dict[int, str]:
        """The labels there, ``{id: name}``, with all labels of the gold."""
        number = self.wanted.doccano_project
        labels = self.client.label_types(number)
        with self.store.read() as s:
            dataset = load_dataset(s, self.project)
        used = {label for d in (*dataset.train, *dataset.held_out) for label in d.labels}
        missing = sorted(used - {*labels.values()})
        if missing and not create:
            raise CollectError(
                f"{self.wanted} has no label {', '.join(missing)}, which approved documents of "
                f"{self.project} have; nothing was changed: create it there, or add "
                "--create-labels"
            )
        return labels | {self.client.create_label(number, name).id: name for name in missing}
