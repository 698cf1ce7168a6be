"""The state of a project, read from the store, the registry and the queues."""

import socket
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from ner.errors import QueueError, RegistryError
from ner.versions.label_names import current_names
from ner.versions.registry import Promotion, Registry
from server.cli.project.document_counts import DocumentCounts, count_documents
from server.cli.project.stored_data import StoredDataReader
from worker.beforehand.waiting_texts import WaitingTexts
from worker.bound_project import difference
from worker.collect.pull_due import full_pull_due_at
from worker.progress import JobProgress
from worker.queue.queues import JobState, Queues, connect
from worker.redis_connection import mapped_errors, open_redis
from worker.retrain.policies.retrain_policy import Decision, decide_retrain
from worker.retrain.retrain_state import read_retrain_state, with_data
from worker.retrain.training_place import known_place
from worker.settings import Settings
from worker.store.corpus.documents import count_unapproved
from worker.store.database import Store
from worker.store.models_folder import other_models_folder
from worker.store.pulls import PullState, get_pull, last_movement
from worker.store.tokens import token_exists
from worker.store.training.datasets import Dataset
from worker.store.training.runs import Run, list_runs

SHOWN_RUNS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """How many texts were given to the server beforehand, and how many of these still wait."""

    texts: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The state of a project.

    `connected` says whether `nerloop connect` has ever configured auto-labeling. `imported` counts
    the gold of imported files. `left_out` counts, by reason, approved documents and spans that are
    neither trained nor tested on; `remarks` are those of the `StoredData`. `export_at` is when the
    next export is due, None before the first one. `queue_error` says why `progress` is not known.
    `ahead` tells of the documents that the champion predicts before they are opened, None if it is
    not known or none are. `rebind` says that the settings name another Doccano than the one of the
    documents, else None.
    """

    project: str
    connected: bool
    documents: DocumentCounts
    imported: int
    left_out: Mapping[str, int]
    remarks: tuple[str, ...] = ()
    changed: int
    pull: PullState
    export_at: datetime | None
    decision: Decision
    runs: tuple[Run, ...]
    champion: Promotion | None
    progress: JobProgress | None
    queue_error: str | None
    rebind: str | None = None
    ahead: Ahead | None = None


def connect_queues(settings: Settings, now: datetime) -> Queues | QueueError:
    """The queues, or the error if they cannot be reached; the status is shown either way."""
    try:
        queues = connect(settings, clock=lambda: now)
        queues.ping()
    except QueueError as error:
        return error
    return queues


def read_status(
    settings: Settings,
    store: Store,
    project: str,
    queues: Queues | QueueError,
    now: datetime,
    stored_data: StoredDataReader,
) -> Status:
    """Reads the status. Raises SettingsError for an unknown project, and StoreError."""
    reachable = queues if isinstance(queues, Queues) else None
    running = reachable is not None and reachable.state("retrain", project) is JobState.RUNNING
    registry, host = Registry(settings.models_dir, project), socket.gethostname()
    with store.read() as session:
        data = stored_data.read(session, project)
        place = known_place(settings.data_dir)
        state = read_retrain_state(
            session, settings, project, host=place, training_here=running, now=now
        )
        state = with_data(session, settings, project, state, data.dataset)
        pull = get_pull(session, project)
        return Status(
            project=project,
            connected=token_exists(session, "predict", project),
            documents=count_documents(
                pull,
                approved=data.approved,
                unapproved=count_unapproved(session, project),
            ),
            imported=data.imported,
            left_out=data.dataset.left_out,
            remarks=(
                *data.remarks,
                *_unknown_labels(registry, data.dataset),
                *filter(None, [other_models_folder(session, settings.models_dir, host)]),
            ),
            changed=len(state.changed_at),
            pull=pull,
            export_at=full_pull_due_at(pull, settings, last_movement=last_movement(session, pull)),
            decision=decide_retrain(state, settings.project(project).retrain, now),
            runs=list_runs(session, project, limit=SHOWN_RUNS),
            champion=registry.current(),
            progress=reachable.progress(project) if reachable else None,
            queue_error=str(queues) if isinstance(queues, QueueError) else None,
            rebind=difference(session, settings, project),
            ahead=_ahead(settings, project, registry.current()) if reachable else None,
        )


def _ahead(settings: Settings, project: str, champion: Promotion | None) -> Ahead | None:
    if champion is None:
        return None
    with closing(open_redis(settings)) as redis, mapped_errors(settings):
        waiting = WaitingTexts(redis, project, champion)
        fed = waiting.fed()
        return Ahead(texts=fed.texts, waiting=waiting.count()) if fed and fed.texts else None


def _unknown_labels(registry: Registry, dataset: Dataset) -> tuple[str, ...]:
    """Sentences on labels of training documents that the champion does not know."""
    try:
        champion = registry.champion()
    except RegistryError:  # the server's log says so
        return ()
    if champion is None:
        return ()
    known = set(current_names(champion.manifest, dataset.label_names).values())
    learned = {label for document in dataset.train for label in document.labels}
    return tuple(
        f"label {label!r} is new to {champion.name}, the model in use, and is not suggested until "
        "a model that was trained with it is promoted"
        for label in sorted(learned - known)
    )
