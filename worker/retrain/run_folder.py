"""The name of a run that is unique for ever, and the folder that bears it."""

from pathlib import Path

from worker.settings import Settings
from worker.store.runs import Run


def run_id_of(run: Run) -> str:
    """The run's name for ever: a store that was set up anew counts its runs from 1 again."""
    return f"{run.id}-{run.started_at:%Y%m%dT%H%M%S%f}"


def run_folder(settings: Settings, run: Run) -> Path:
    """Where the run keeps its checkpoints and its model until it is finished."""
    return settings.runs_dir / run.project / run_id_of(run)
