"""Whether the same data with the same settings was trained on before, with a verdict that lasts."""

from sqlalchemy.orm import Session

from ner.training.options import TrainingOptions
from worker.retrain.run_parameters import started_alike
from worker.store.runs import Run, finished_on, run_key


def settled_run(s: Session, project: str, fingerprint: str, options: TrainingOptions) -> Run | None:
    """The run that settled it, or None: `options` are those from scratch.

    A warm challenger that was refused settles nothing: the same data is owed a training from
    scratch. One that was promoted does.
    """
    for run in finished_on(s, project, fingerprint):
        key = run_key(fingerprint, started_alike(options, run.parameters).parameters)
        if run.key == key and (run.warm_from is None or run.state == "promoted"):
            return run
    return None
