"""One training run, from the data to the verdict, in steps that can each be repeated.

If the process is killed, the run stays unfinished in the store. The next job takes it over, skips
the steps that are done and does the rest. The champion changes in one atomic step at the end.
"""

import logging
from contextlib import suppress

from filelock import FileLock, Timeout
from rq.timeouts import JobTimeoutException
from sqlalchemy.orm import Session

from ner.errors import NerloopError, RegistryUnwritable, StoreError
from ner.files import PRIVATE_FILE
from ner.training.options import TrainingOptions
from worker.retrain.dependencies import RetrainDependencies
from worker.retrain.equivalent_run import find_equivalent_run
from worker.retrain.heartbeat import Heartbeat
from worker.retrain.missing_champion import missing_champion
from worker.retrain.policies.start_policy import Start, decide_start
from worker.retrain.retrain_result import RetrainResult
from worker.retrain.run_folder import remove_folders, run_folder
from worker.retrain.run_parameters import is_outdated, training_options
from worker.retrain.start_state import read_start_state
from worker.retrain.training_run import TrainingRun
from worker.retrain.version_making import version_of_run
from worker.settings import Settings
from worker.store.training.datasets import Dataset, load_dataset
from worker.store.training.runs import (
    Run,
    finish_run,
    is_alive,
    note_error,
    run_id_of,
    start_run,
    unfinished,
)

logger = logging.getLogger(__name__)

LONGEST_ERROR = 500
# What the disk or the database causes says nothing about the training, which is kept and resumed.
PASSING_ERRORS = (StoreError, RegistryUnwritable, OSError)


def retrain(
    dependencies: RetrainDependencies, project: str, *, force: bool = False
) -> RetrainResult:
    """Trains a challenger, compares it with the champion, and promotes it if it is better.

    An unfinished run of a process that has died is taken over instead of starting a new one. A file
    lock, released when its process ends, allows one training at a time on this machine; the run's
    lease in the store allows one in each project. `force` repeats a training on the same data with
    the same settings. An error of the training is recorded in the run, then raised; after one of
    `PASSING_ERRORS` the run stays unfinished, and the next call resumes it.
    """
    try:
        path = dependencies.settings.data_dir / "training.lock"
        lock = FileLock(path, mode=PRIVATE_FILE).acquire(blocking=False)
    except Timeout:
        reason = "this machine is already running a training"
        return RetrainResult(outcome="busy", reasons=(reason,))
    with lock:
        run = _prepare(dependencies, project, force=force)
        if isinstance(run, RetrainResult):
            return run
        logger.info(
            "run=%d project=%s attempt=%d documents=%d started %s",
            run.id,
            project,
            run.attempt,
            run.documents,
            "; ".join(run.start_reasons),
        )
        try:
            with Heartbeat(dependencies.store, run, dependencies.clock) as heartbeat:
                return TrainingRun(dependencies, run, heartbeat).finish()
        except PASSING_ERRORS as error:
            _note_interruption(dependencies, run, error)
            raise
        except Exception as error:
            _record_failure(dependencies, run, error)
            raise


def _prepare(
    dependencies: RetrainDependencies, project: str, *, force: bool
) -> Run | RetrainResult:
    """Starts or takes over a run, or returns the result that says why there is nothing to do.

    The documents are read before the transaction that starts the run, which is short therefore.
    What is approved between the two counts as changed since this run.
    """
    scratch = training_options(dependencies.settings, project)
    with dependencies.store.read() as session:
        dataset = load_dataset(session, project)
        start, options = _choose_start(dependencies, session, dataset, scratch, project)
    if not force:
        _promote_again(dependencies, project, dataset, scratch)
    has_spans = any(document.spans for document in dataset.train)
    with dependencies.store.begin() as session:
        force |= _give_up_outdated(dependencies, session, project, scratch)
        if unfinished(session, project) is None:
            if not has_spans:
                return RetrainResult(outcome="nothing", reasons=("nothing to train on",))
            if not force:
                earlier = find_equivalent_run(session, project, dataset.fingerprint, scratch)
                if earlier and not missing_champion(session, dependencies.registry(project)):
                    return _known(earlier)
        run = start_run(
            session,
            project,
            fingerprint=dataset.fingerprint,
            parameters=options.parameters,
            last_revision_id=dataset.last_revision_id,
            documents=len(dataset.train),
            approved=len(dataset.train) + len(dataset.held_out),
            host=dependencies.host,
            machine_free=True,
            forced=force,
            start_reasons=(*start.reasons, *dataset.remarks),
            now=dependencies.clock(),
        )
    reason = "another machine is training this project"
    return run or RetrainResult(outcome="busy", reasons=(reason,))


def _give_up_outdated(
    dependencies: RetrainDependencies, session: Session, project: str, options: TrainingOptions
) -> bool:
    """Ends an unfinished run that may never succeed with its settings; returns if it was forced."""
    run, now = unfinished(session, project), dependencies.clock()
    if run is None or not is_outdated(run, options):
        return False
    if is_alive(run, host=dependencies.host, running_here=False, now=now):
        return False
    error = f"{run.error} (the settings have changed since, and another run was started)"
    finish_run(session, run.id, "failed", error=error, attempt=run.attempt, now=now)
    return run.forced


def _known(earlier: Run) -> RetrainResult:
    return RetrainResult(
        outcome="known", reasons=earlier.reasons, run=earlier.id, version=earlier.version
    )


def _promote_again(
    dependencies: RetrainDependencies, project: str, dataset: Dataset, options: TrainingOptions
) -> None:
    """If the champion is missing, promotes a version of the same data that was promoted before."""
    registry = dependencies.registry(project)
    with dependencies.store.read() as session:
        missing = missing_champion(session, registry)
        earlier = find_equivalent_run(session, project, dataset.fingerprint, options)
    if missing is None or earlier is None or earlier.state != "promoted":
        return
    version, current = version_of_run(registry, run_id_of(earlier)), registry.current()
    if version is not None:
        reason = f"{missing}; {version.name} was trained on the same documents"
        expected = current.version if current else None
        registry.promote(version.name, expected=expected, reason=reason)


def _choose_start(
    dependencies: RetrainDependencies,
    session: Session,
    dataset: Dataset,
    options: TrainingOptions,
    project: str,
) -> tuple[Start, TrainingOptions]:
    """Decides between a warm start and one from scratch; returns the options for it too."""
    registry = dependencies.registry(project)
    state = read_start_state(session, registry, dataset, options)
    start = decide_start(state, dependencies.settings.project(project).training)
    if start.warm_from is None:
        return start, options
    return start, options.continuing_from(registry.get(start.warm_from).path)


def _note_interruption(dependencies: RetrainDependencies, run: Run, error: Exception) -> None:
    """Notes the error in the unfinished run, if the store can be written."""
    described = _describe(error, dependencies.settings)[:LONGEST_ERROR]
    with suppress(StoreError), dependencies.store.begin() as session:
        note_error(session, run.id, described, attempt=run.attempt)


def _record_failure(dependencies: RetrainDependencies, run: Run, error: Exception) -> None:
    """Records the error in one line, unless another process has taken the run over."""
    with dependencies.store.begin() as session:
        recorded = finish_run(
            session,
            run.id,
            "failed",
            error=_describe(error, dependencies.settings)[:LONGEST_ERROR],
            attempt=run.attempt,
            now=dependencies.clock(),
        )
    if recorded:
        remove_folders([run_folder(dependencies.settings, run)])


def _describe(error: Exception, settings: Settings) -> str:
    if isinstance(error, JobTimeoutException):
        limit = f"NERLOOP_TRAINING_TIMEOUT_SECONDS={settings.training_timeout_seconds}"
        return f"the training was not finished after {limit}: raise it"
    return str(error) if isinstance(error, NerloopError) else f"{type(error).__name__}: {error}"
