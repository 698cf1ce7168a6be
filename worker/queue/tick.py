"""One check of a project: collects what was approved, decides, enqueues a training.

The decision compares the current state with that of the last finished run, not with the last check,
so that the next check makes up for one that was lost or killed.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from ner.errors import DoccanoUnavailable, NerloopError
from worker.queue.queues import Enqueued, JobState, Queues
from worker.retrain.policies.retrain_policy import Decision, decide_retrain
from worker.retrain.retrain_state import read_retrain_state, with_data
from worker.retrain.run_folder import remove_folders, run_folders
from worker.settings import Settings
from worker.store.database import Store
from worker.store.database.locks import take_lock
from worker.store.pulls import get_pull, save_pull
from worker.store.training.datasets import load_dataset

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class TickDependencies:
    """Dependencies of a check.

    `collect` collects a project and returns the result as JSON. `feed` has texts predicted before
    they are asked for (see `worker.beforehand.feeding`).
    """

    store: Store
    queues: Queues
    settings: Settings
    host: str
    collect: Callable[[str], Mapping[str, Any]]
    feed: Callable[[str], int]
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class TickResult:
    """Result of a check.

    `collected` is None when Doccano was unavailable, `training` is None when none is due.
    """

    collected: Mapping[str, Any] | None
    unavailable: str | None
    reasons: tuple[str, ...]
    training: Enqueued | None

    def to_json(self) -> dict[str, Any]:
        """Returns the fields as JSON, for the result of the job."""
        return asdict(self)


def run_tick(dependencies: TickDependencies, project: str) -> TickResult:
    """Checks one project.

    An error of collecting is stored and logged once, and the decision is made on what the store
    has. If Doccano was unavailable, the job succeeds nevertheless. Any other error is raised at the
    end, so that the job fails, but does not prevent a due training.
    """
    collected, error = _collect(dependencies, project)
    decision = _decide(dependencies, project)
    training = dependencies.queues.enqueue("retrain", project) if decision.go else None
    if error is not None and not isinstance(error, DoccanoUnavailable):
        raise error
    if error is None:
        _feed(dependencies, project)
    result = TickResult(
        collected=collected,
        unavailable=str(error) if error else None,
        reasons=decision.reasons,
        training=training,
    )
    _log(project, result)
    return result


def _collect(
    dependencies: TickDependencies, project: str
) -> tuple[Mapping[str, Any] | None, Exception | None]:
    try:
        collected = dependencies.collect(project)
    except Exception as error:
        _store_error(dependencies, project, error)
        return None, error
    _store_error(dependencies, project, None)
    return collected, None


def _store_error(dependencies: TickDependencies, project: str, error: Exception | None) -> None:
    """Stores the error for `nerloop status`, and logs it when it differs from the last one."""
    message = None
    if error is not None:
        message = str(error) if isinstance(error, NerloopError) else type(error).__name__
    with dependencies.store.read() as session:
        pull = get_pull(session, project)
    if message == pull.last_error:
        return
    with dependencies.store.begin() as session:
        take_lock(session, "project", project)
        save_pull(session, replace(get_pull(session, project), last_error=message))
    if message is not None:
        logger.warning("project=%s not collected: %s", project, message)
    else:
        logger.info("project=%s collected again", project)


def _feed(dependencies: TickDependencies, project: str) -> None:
    """Last of all, and only a gain of time: no error here is one of the check."""
    try:
        dependencies.feed(project)
    except Exception as error:
        said = str(error) if isinstance(error, NerloopError) else type(error).__name__
        logger.info("project=%s nothing is predicted beforehand: %s", project, said)


def _decide(dependencies: TickDependencies, project: str) -> Decision:
    now, settings = dependencies.clock(), dependencies.settings
    # Before the state: a run that starts later has a folder that is not among these.
    leftovers = run_folders(settings, project)
    rules, job = settings.project(project).retrain, dependencies.queues.state("retrain", project)
    with dependencies.store.read() as session:
        state = read_retrain_state(
            session,
            settings,
            project,
            host=dependencies.host,
            training_here=job is JobState.RUNNING,
            now=now,
        )
        if not state.unfinished:
            remove_folders(leftovers)
        decision = decide_retrain(state, rules, now)
        # Reading all documents is left to a tick that starts a training otherwise.
        if not decision.go or state.unfinished or job is JobState.WAITING:
            return decision
        state = with_data(session, settings, project, state, load_dataset(session, project))
    return decide_retrain(state, rules, now)


def _log(project: str, result: TickResult) -> None:
    level = logging.INFO if result.training is Enqueued.NEW else logging.DEBUG
    logger.log(
        level,
        "project=%s training=%s reasons=%s",
        project,
        result.training or "no",
        "; ".join(result.reasons),
    )
