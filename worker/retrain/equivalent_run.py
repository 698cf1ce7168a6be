"""Finds a finished run that makes another run on the same data with the same settings needless."""

from sqlalchemy.orm import Session

from ner.training.options import TrainingOptions
from worker.retrain.run_parameters import with_same_start
from worker.store.training.runs import Run, finished_runs, run_key


def find_equivalent_run(
    s: Session, project: str, fingerprint: str, options: TrainingOptions
) -> Run | None:
    """The newest finished run on this data with these options, or None.

    `options` are those for a start from scratch; a run that started warm is compared with the
    options for the same warm start. A warm run that was refused does not count, because the same
    data is then trained on from scratch.
    """
    for run in finished_runs(s, project, fingerprint):
        key = run_key(fingerprint, with_same_start(options, run.parameters).parameters)
        if run.key == key and (run.warm_from is None or run.state == "promoted"):
            return run
    return None
