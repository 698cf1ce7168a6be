"""The folder of a run."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from worker.settings import Settings
from worker.store.training.runs import Run, run_id_of


def run_folder(settings: Settings, run: Run) -> Path:
    """The folder for the run's checkpoints and model, removed when the run is finished."""
    return settings.runs_dir / run.project / run_id_of(run)


def run_folders(settings: Settings, project: str) -> tuple[Path, ...]:
    """The folders of the project's runs, of finished ones too if they could not be removed."""
    try:
        return tuple((settings.runs_dir / project).iterdir())
    except FileNotFoundError:
        return ()


def remove_folders(folders: Iterable[Path]) -> None:
    """Removes these folders as far as possible; what is left is tried again by the next check."""
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
