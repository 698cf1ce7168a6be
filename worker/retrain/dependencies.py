"""The external dependencies of a training run: store, settings, tagger, clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ner.text_tagger import LoadTagger
from ner.versions.registry import Registry
from worker.progress import JobProgress
from worker.retrain.version_making import Export, Train
from worker.settings import Settings
from worker.store.database import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainDependencies:
    """The external dependencies of a training run. `clock` returns aware times.

    `load` loads a version as it is served, `load_reference` one with which precisions are compared.
    """

    store: Store
    settings: Settings
    host: str
    train: Train
    load: LoadTagger
    load_reference: LoadTagger
    export: Export
    clock: Callable[[], datetime]
    report: Callable[[JobProgress], None]

    def registry(self, project: str) -> Registry:
        """The registry of the project's models."""
        return Registry(self.settings.models_dir, project, clock=self.clock)
