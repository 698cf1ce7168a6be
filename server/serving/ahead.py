"""A thread that predicts texts before a reviewer opens their documents.

The texts wait in Redis (`worker.beforehand`). One after the other is predicted, when nobody waits
for an answer, so that the answer to Doccano is there when it asks.
"""

import logging
import threading
from collections.abc import Mapping

from ner.errors import ModelRetired, PredictionFailed
from server.metrics import Metrics
from server.serving.champions import ChampionSlot
from server.serving.loading import Champion
from worker.beforehand.waiting_texts import WaitingTexts
from worker.redis_connection import OptionalRedis

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0


class AheadPredictor:
    """Predicts the waiting texts of all projects, each with the champion that it waits for."""

    def __init__(
        self, slots: Mapping[str, ChampionSlot], redis: OptionalRedis, metrics: Metrics
    ) -> None:
        self._slots = slots
        self._redis = redis
        self._metrics = metrics
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ahead", daemon=True)

    def start(self) -> None:
        """Starts the thread. Call it in the process that serves, that is after a fork."""
        self._thread.start()

    def stop(self, *, seconds: float = 10) -> None:
        """Ends the thread after the text that it predicts."""
        self._stopped.set()
        self._thread.join(seconds)

    def predict_next(self) -> int:
        """Predicts one waiting text of each project; returns how many there were."""
        taken = 0
        for project, slot in self._slots.items():
            champion = slot.champion
            if champion is not None and not self._stopped.is_set() and not self._somebody_waits():
                taken += self._predict(project, champion)
        return taken

    def _somebody_waits(self) -> bool:
        """Whether a text of any project waits: they share the processor."""
        champions = [slot.champion for slot in self._slots.values()]
        return any(champion.predictor.depth for champion in champions if champion is not None)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                taken = self.predict_next()
            except Exception as error:  # the thread must outlive whatever was wrong
                logger.error("nothing is predicted beforehand for now: %s", type(error).__name__)
                taken = 0
            if not taken:
                self._stopped.wait(PAUSE_SECONDS)

    def _predict(self, project: str, champion: Champion) -> bool:
        promotion = champion.promotion
        text = self._redis.run(lambda redis: WaitingTexts(redis, project, promotion).take())
        if text is None:
            return False
        try:
            future = champion.predictor.submit_ahead(text)
            if future is not None:
                future.result()
        except ModelRetired:  # the next champion gets its texts anew
            return False
        except PredictionFailed:
            self._count(project, "failed")
        else:
            self._count(project, "known" if future is None else "predicted")
        return True

    def _count(self, project: str, result: str) -> None:
        self._metrics.ahead.labels(project, result).inc()
