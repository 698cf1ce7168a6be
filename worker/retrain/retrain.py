"""One training run, from the data to the verdict, in steps that may each be done again.

A process killed at any point leaves the run unfinished in the store; the next job takes it over,
passes over what is done and does the rest. The champion changes in one step at the very end.
"""

import logging
import shutil

from filelock import FileLock, Timeout
from rq.timeouts import JobTimeoutException
from sqlalchemy.orm import Session

from ner.errors import NerloopError
from ner.training.options import TrainingOptions
from worker.retrain.dependencies import RetrainDependencies
from worker.retrain.equivalent_run import settled_run
from worker.retrain.heartbeat import Heartbeat
from worker.retrain.retrain_result import RetrainResult
from worker.retrain.run_folder import run_folder
from worker.retrain.run_parameters import training_options
from worker.retrain.start_state import read_start_state
from worker.retrain.training_run import TrainingRun
from worker.retrain.warm_start import Start, decide_start
from worker.settings import Settings
from worker.store.datasets import Dataset, load_dataset
from worker.store.runs import Run, finish_run, start_run, unfinished

logger = logging.getLogger(__name__)

LONGEST_ERROR = 500


def retrain(
    dependencies: RetrainDependencies, project: str, *, force: bool = False
) -> RetrainResult:
    """Trains, compares and, if better, promotes; or takes over the run that a dead process left.

    One training at a time on this machine, by a lock that dies with its holder, and one in each
    project, by the run's lease in the store. `force` trains what was trained before once more.
    Raises what the training raised, after the run was recorded as failed.
    """
    try:
        lock = FileLock(dependencies.settings.data_dir / "training.lock").acquire(blocking=False)
    except Timeout:
        return RetrainResult(outcome="busy", reasons=("this machine trains already",))
    with lock:
        prepared = _prepare(dependencies, project, force=force)
        if isinstance(prepared, RetrainResult):
            return prepared
        logger.info(
            "run=%d project=%s attempt=%d documents=%d started %s",
            prepared.id,
            project,
            prepared.attempt,
            prepared.documents,
            "; ".join(prepared.start_reasons),
        )
        try:
            with Heartbeat(dependencies.store, prepared, dependencies.clock) as heartbeat:
                return TrainingRun(dependencies, prepared, heartbeat).finish()
        except Exception as error:
            _fail(dependencies, prepared, error)
            raise


def _prepare(
    dependencies: RetrainDependencies, project: str, *, force: bool
) -> Run | RetrainResult:
    """Starts the run, or says why there is none."""
    options = training_options(dependencies.settings, project)
    with dependencies.store.begin() as session:
        dataset = load_dataset(session, project)
        if unfinished(session, project) is None:
            if not any(document.spans for document in dataset.train):
                return RetrainResult(outcome="nothing", reasons=("nothing to train on",))
            known = None if force else settled_run(session, project, dataset.fingerprint, options)
            if known:
                return RetrainResult(
                    outcome="known", reasons=known.reasons, run=known.id, version=known.version
                )
        start, options = _start(dependencies, session, dataset, options, project)
        run = start_run(
            session,
            project,
            fingerprint=dataset.fingerprint,
            parameters=options.parameters,
            last_revision_id=dataset.last_revision_id,
            documents=len(dataset.train),
            host=dependencies.host,
            machine_free=True,
            forced=force,
            start_reasons=start.reasons,
            now=dependencies.clock(),
        )
    return run or RetrainResult(outcome="busy", reasons=("another machine trains this project",))


def _start(
    dependencies: RetrainDependencies,
    session: Session,
    dataset: Dataset,
    options: TrainingOptions,
    project: str,
) -> tuple[Start, TrainingOptions]:
    """Warm or from scratch, and the options for it."""
    registry = dependencies.registry(project)
    state = read_start_state(session, registry, dataset, options)
    start = decide_start(state, dependencies.settings.project(project).training)
    if start.warm_from is None:
        return start, options
    return start, options.going_on_from(registry.get(start.warm_from).path)


def _fail(dependencies: RetrainDependencies, run: Run, error: Exception) -> None:
    """Records the failure, unless another machine has the run now; the traceback is for the log."""
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
        shutil.rmtree(run_folder(dependencies.settings, run), ignore_errors=True)


def _describe(error: Exception, settings: Settings) -> str:
    if isinstance(error, JobTimeoutException):
        limit = f"NERLOOP_TRAINING_TIMEOUT_SECONDS={settings.training_timeout_seconds}"
        return f"the training was not finished after {limit}: raise it"
    return str(error) if isinstance(error, NerloopError) else f"{type(error).__name__}: {error}"
