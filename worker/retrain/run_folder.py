"""The unique id of a run and its folder."""

from pathlib import Path

from worker.settings import Settings
from worker.store.training.runs import Run


def run_id_of(run: Run) -> str:
    """The run's number and start time: the number alone is not unique, as a new store reuses it."""
    return f"{run.id}-{run.started_at:%Y%m%dT%H%M%S%f}"


def run_folder(settings: Settings, run: Run) -> Path:
    """The folder for the run's checkpoints and model, removed when the run is finished."""
    return settings.runs_dir / run.project / run_id_of(run)
