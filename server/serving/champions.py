"""The loaded champion of each project, which follows the pointer of the project's registry."""

import gc
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace

from ner.engines.memory import return_freed_memory
from ner.errors import ModelRetired, NerloopError, NoModel, NotLoaded
from ner.spans import Prediction
from ner.text_tagger import LoadServedTagger
from ner.versions.registry import Promotion, Registry, Version
from server.metrics import Metrics
from server.serving.loading import Champion, load_champion
from worker.beforehand.known_predictions import KnownPredictions

logger = logging.getLogger(__name__)

RETRY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class PendingPredictions:
    """Predictions that are being made, all by one version."""

    champion: Champion
    futures: tuple[Future[Prediction], ...]


class ChampionSlot:
    """Holds one project's loaded champion. Only one thread may call `check`.

    `share` returns what Redis keeps of a version's predictions; without it each version begins with
    none. `problem` says why the champion that the registry names is not loaded, None if it is.
    """

    def __init__(
        self,
        registry: Registry,
        metrics: Metrics,
        *,
        load: LoadServedTagger,
        monotonic: Callable[[], float],
        share: Callable[[Version], KnownPredictions] | None = None,
    ) -> None:
        self.champion: Champion | None = None
        self._checked = threading.Event()
        self.problem: str | None = None
        self._registry = registry
        self._metrics = metrics
        self._load = load
        self._share = share
        self._monotonic = monotonic
        self._failed: Promotion | None = None
        self._retry_at = 0.0
        metrics.queued.labels(registry.project).set_function(self._depth)

    def check(self) -> None:
        """Reads the pointer; loads and checks a new champion before it replaces the old one.

        After a failure, which is logged and counted, the old champion stays and loading is tried
        again after `RETRY_SECONDS`.
        """
        try:
            promotion = self._registry.current()
            if promotion is None:
                self._put(None)
                self.problem = None
            elif promotion != self._failed or self._monotonic() >= self._retry_at:
                self._follow(promotion)
        except Exception as error:  # a loader may raise anything; the old model must stay
            self._note_failure(error)
        self._checked.set()

    @property
    def checked(self) -> bool:
        """Whether the registry was read."""
        return self._checked.is_set()

    def wait_until_checked(self, seconds: float) -> None:
        """Returns once the registry was read, and at the latest after this time."""
        self._checked.wait(max(0.0, seconds))

    def why_missing(self) -> NoModel:
        """The error that says why there is no `champion`."""
        project = repr(self._registry.project)
        if not self.checked:
            return NotLoaded(f"the model of project {project} is being loaded; ask again")
        if self.problem is not None:
            return NotLoaded(f"the model of project {project} cannot be loaded; see the log")
        return NoModel(
            f"project {project} has no model yet; its first training makes one, or add one with "
            "`nerloop models add`"
        )

    def close(self) -> None:
        """Answers the waiting texts and frees the model."""
        if self.champion is not None:
            self.champion.predictor.close()
            self.champion = None

    def _follow(self, promotion: Promotion) -> None:
        self._failed, self._retry_at = promotion, self._monotonic() + RETRY_SECONDS
        if self.champion is None or self.champion.promotion != promotion:
            self._put(self._loaded(promotion))
        self._failed, self.problem = None, None

    def _loaded(self, promotion: Promotion) -> Champion:
        old = self.champion
        # Only promoted again, unless the folder was made again under the same number.
        if old is not None and self._registry.get(promotion.version) == old.version:
            return replace(old, promotion=promotion)
        lookups, project = self._metrics.lookups, self._registry.project
        return load_champion(
            self._registry,
            promotion,
            self._load,
            on_lookup=lambda result: lookups.labels(project, result).inc(),
            share=self._share,
            beside_answers=old is not None,
        )

    def _put(self, new: Champion | None) -> None:
        old, self.champion = self.champion, new
        if (old and old.version) == (new and new.version):
            return
        project = self._registry.project
        if new:
            logger.info("project=%s champion=%s answers", project, new.name)
        else:
            logger.info("project=%s no longer has a model", project)
        if old is not None and (new is None or new.name != old.name):
            self._metrics.model.remove(project, old.name)
        if new is not None:
            self._metrics.model.labels(project, new.name).set(1)
        if old is not None:
            old.predictor.close()
            if old.known is not None:
                old.known.retire()
            gc.collect()  # a model is large and has reference cycles
            return_freed_memory()

    def _note_failure(self, error: Exception) -> None:
        kind = type(error).__name__
        message = str(error) if isinstance(error, NerloopError) else f"{kind} while loading"
        self._metrics.load_failures.labels(self._registry.project, kind).inc()
        if message != self.problem:
            logger.error("project=%s champion not loaded: %s", self._registry.project, message)
        self.problem = message

    def _depth(self) -> float:
        champion = self.champion
        return 0.0 if champion is None else champion.predictor.depth


class Champions:
    """The champions of all projects."""

    def __init__(self, slots: Mapping[str, ChampionSlot]) -> None:
        self.slots = dict(slots)

    def check(self) -> None:
        """Checks the slot of every project."""
        for slot in self.slots.values():
            slot.check()

    def close(self) -> None:
        """Frees all models."""
        for slot in self.slots.values():
            slot.close()

    def ask(
        self, project: str, texts: Sequence[str], *, urgent: bool = False
    ) -> PendingPredictions:
        """Starts the predictions of the project's champion; see `Predictor.submit`.

        Raises NoModel, Overloaded.
        """
        while True:
            slot = self.slots[project]
            champion = slot.champion
            if champion is None:
                raise slot.why_missing()
            try:
                futures = champion.predictor.submit(texts, urgent=urgent)
            except ModelRetired:
                continue  # its successor is already in the slot
            return PendingPredictions(champion, tuple(futures))
