"""What the store says of a project at a tick, as the policy wants it."""

from datetime import datetime

from sqlalchemy.orm import Session

from worker.retrain.equivalent_run import settled_run
from worker.retrain.retrain_policy import RetrainState
from worker.retrain.run_parameters import training_options
from worker.settings import Settings
from worker.store.datasets import load_dataset
from worker.store.revisions import changes_since
from worker.store.runs import (
    LEASE,
    Run,
    consecutive_failures,
    last_finished,
    unfinished,
)


def read_retrain_state(
    s: Session, settings: Settings, project: str, *, host: str, training_here: bool, now: datetime
) -> RetrainState:
    """Reads the state. `training_here` says whether the project's job runs on this `host`.

    A run of another host lives by its heartbeat alone. Raises SettingsError for an unknown project.
    """
    last, open_run = last_finished(s, project), unfinished(s, project)
    changes = changes_since(s, project, last.last_revision_id if last else 0)
    dataset = load_dataset(s, project)
    same = settled_run(s, project, dataset.fingerprint, training_options(settings, project))
    failures, last_failed_at = consecutive_failures(s, project)
    return RetrainState(
        changed_documents=changes.documents,
        oldest_change_at=changes.oldest_at,
        newest_change_at=changes.newest_at,
        training_documents=len(dataset.train),
        training_spans=sum(len(document.spans) for document in dataset.train),
        running=open_run is not None
        and _lives(open_run, host=host, training_here=training_here, now=now),
        unfinished=open_run is not None,
        attempts=open_run.attempt if open_run else 0,
        last_sign_of_life=open_run.heartbeat_at if open_run else None,
        finished_as=same.state if same else None,
        warm_refused=last is not None and last.state == "refused" and last.warm_from is not None,
        failures=failures,
        last_failed_at=last_failed_at,
    )


def _lives(run: Run, *, host: str, training_here: bool, now: datetime) -> bool:
    if run.host == host:
        return training_here
    return now - run.heartbeat_at < LEASE
