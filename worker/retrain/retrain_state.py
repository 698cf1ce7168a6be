"""Reads what `retrain_policy.decide_retrain` needs: changes, runs and failures of a project."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from ner.versions.registry import Registry
from worker.retrain.equivalent_run import find_equivalent_run
from worker.retrain.missing_champion import missing_champion
from worker.retrain.policies.retrain_policy import RetrainState
from worker.retrain.run_parameters import is_outdated, training_options
from worker.settings import Settings
from worker.store.corpus.changes import changes_since
from worker.store.models_folder import other_models_folder
from worker.store.training.datasets import Dataset
from worker.store.training.runs import (
    consecutive_failures,
    is_alive,
    last_finished,
    unfinished,
)


def read_retrain_state(
    s: Session, settings: Settings, project: str, *, host: str, training_here: bool, now: datetime
) -> RetrainState:
    """Reads the state without the data, by what has changed since the last finished run.

    `training_here` says whether the project's job runs on this `host`. A run of another host counts
    as running while its heartbeat is younger than `LEASE`. Raises SettingsError for an unknown
    project.
    """
    settings.project(project)
    last, current = last_finished(s, project), unfinished(s, project)
    changes = changes_since(s, project, last.last_revision_id if last else 0)
    failures, last_failed_at = consecutive_failures(s, project, verdict=last)
    # Versions that other machines make elsewhere are not missing.
    elsewhere = other_models_folder(s, settings.models_dir, host)
    registry = Registry(settings.models_dir, project)
    return RetrainState(
        changed_at=changes.first_at,
        newest_change_at=changes.newest_at,
        trained_on=last.approved if last else None,
        running=current is not None
        and is_alive(current, host=host, running_here=training_here, now=now),
        unfinished=current is not None,
        stalled=current.stalled + 1 if current else 0,
        last_heartbeat_at=current.heartbeat_at if current else None,
        outdated=current is not None
        and current.error is not None
        and is_outdated(current, training_options(settings, project)),
        warm_refused=last is not None and last.state == "refused" and last.warm_from is not None,
        failures=failures,
        last_failed_at=last_failed_at,
        missing_champion=None if elsewhere else missing_champion(s, registry),
    )


def with_data(
    s: Session, settings: Settings, project: str, state: RetrainState, dataset: Dataset
) -> RetrainState:
    """Adds to the state what the project's current data says."""
    options = training_options(settings, project)
    equivalent = find_equivalent_run(s, project, dataset.fingerprint, options)
    return replace(
        state,
        training_documents=len(dataset.train),
        training_spans=sum(len(document.spans) for document in dataset.train),
        held_out_documents=len(dataset.held_out),
        remarks=dataset.remarks,
        finished_as=equivalent.state if equivalent else None,
    )
