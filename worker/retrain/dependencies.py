"""What a training run needs from outside, and what comes of it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from ner.text_tagger import LoadTagger
from ner.versions.registry import Registry
from worker.progress import JobProgress
from worker.retrain.version_making import Train
from worker.settings import Settings
from worker.store.database import Store
from worker.store.runs import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainDependencies:
    """Everything that a run needs from outside. `clock` gives aware times."""

    store: Store
    settings: Settings
    host: str
    train: Train
    load: LoadTagger
    clock: Callable[[], datetime]
    report: Callable[[JobProgress], None]

    def registry(self, project: str) -> Registry:
        """The project's models."""
        return Registry(self.settings.models_dir, project, clock=self.clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainResult:
    """What came of it.

    `busy`: a training runs already, here or elsewhere. `known`: this data with these parameters was
    finished before. `nothing`: the training side is empty or has no span. `warm_from` is the
    version that the run went on from, None from scratch.
    """

    outcome: Literal["promoted", "refused", "busy", "known", "nothing"]
    reasons: tuple[str, ...] = ()
    run: int | None = None
    version: str | None = None
    warm_from: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The job's result."""
        return asdict(self)


def run_id_of(run: Run) -> str:
    """The run's name for ever: a store that was set up anew counts its runs from 1 again."""
    return f"{run.id}-{run.started_at:%Y%m%dT%H%M%S%f}"


def run_folder(settings: Settings, run: Run) -> Path:
    """Where the run keeps its checkpoints and its model until it is finished."""
    return settings.runs_dir / run.project / run_id_of(run)
