"""Waits for the steps of the loop: collecting, training, swapping the model."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

import requests

from ner.errors import CollectError, QueueError, TrainingError
from server.demo.patience import AWAY, patiently
from server.demo.screen import Screen
from server.demo.stack import Service
from worker.queue.queues import Queues
from worker.retrain.policies.changes_wanted import changes_wanted
from worker.settings import Settings
from worker.store.corpus.changes import changes_since
from worker.store.corpus.revisions import count_approved
from worker.store.database import Store
from worker.store.training.runs import Run, last_finished, list_runs

T = TypeVar("T")

LOOK_SECONDS = 0.2
COLLECT_SECONDS = 300.0
TRAINING_SECONDS = 1800.0
SWAP_SECONDS = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Looks at the store, the queues and the server of one project, five times a second.

    While one of them is away, it is looked at again until the wait is over.
    """

    settings: Settings
    project: str
    store: Store
    queues: Queues
    service: Service
    screen: Screen
    admin_token: str
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def last_run(self) -> int:
        """The id of the newest run, 0 before the first."""

        def newest() -> int:
            with self.store.read() as session:
                runs = list_runs(session, self.project, limit=1)
            return runs[0].id if runs else 0

        return patiently(newest, monotonic=self.monotonic, sleep=self.sleep)

    def wait_until_collected(self, documents: int) -> None:
        """Waits until the store has this many approved documents. Raises CollectError."""

        def collected() -> bool | None:
            with self.store.read() as session:
                return count_approved(session, self.project) >= documents or None

        what = f"the {documents} approved documents were not collected"
        self._until(
            collected, COLLECT_SECONDS, CollectError(self._timed_out(what, COLLECT_SECONDS))
        )

    def wait_for_verdict(self, after_run: int) -> Run:
        """Waits for a run with an id above `after_run`; returns the newest once no other is due.

        Raises TrainingError if one failed or none finishes in time.
        """

        def verdict() -> Run | None:
            self.screen.training(self.queues.progress(self.project))
            return self._verdict(after_run)

        what = "no training finished"
        timeout_error = TrainingError(self._timed_out(what, TRAINING_SECONDS))
        return self._until(verdict, TRAINING_SECONDS, timeout_error)

    def wait_until_served(self, version: str) -> float:
        """Waits until the server answers with that version; returns the (monotonic) time."""

        def served() -> float | None:
            return self.monotonic() if self._served_version() == version else None

        what = f"the server did not take {version}"
        return self._until(served, SWAP_SECONDS, QueueError(self._timed_out(what, SWAP_SECONDS)))

    def _verdict(self, after_run: int) -> Run | None:
        with self.store.read() as session:
            runs = [run for run in list_runs(session, self.project) if run.id > after_run]
            last = last_finished(session, self.project)
            changes = changes_since(session, self.project, last.last_revision_id if last else 0)
        failed = next((run for run in runs if run.state == "failed"), None)
        if failed:
            raise TrainingError(f"run {failed.id} failed: {failed.error}; see the demo's log")
        wanted = changes_wanted(
            last.approved if last else None,
            self.settings.project(self.project).retrain,
        )
        due = changes.documents >= wanted
        if last not in runs or due or any(run.state == "running" for run in runs):
            return None
        return last

    def _served_version(self) -> str | None:
        """The version that the server answers with, or None."""
        response = requests.get(
            f"{self.settings.resolved_server_url}/api/v1/projects/{self.project}/model",
            headers={"Authorization": f"Bearer {self.admin_token}"},
            timeout=10,
        )
        if response.status_code != HTTPStatus.OK:
            return None
        return str(response.json()["version"])

    def _until(self, look: Callable[[], T | None], seconds: float, timeout_error: Exception) -> T:
        deadline = self.monotonic() + seconds
        while self.monotonic() < deadline:
            self.service.check()
            with suppress(*AWAY):
                seen = look()
                if seen is not None:
                    return seen
            self.sleep(LOOK_SECONDS)
        raise timeout_error

    def _timed_out(self, what: str, seconds: float) -> str:
        return f"{what} within {seconds:.0f} s; see the demo's log"
