"""One loaded model and the thread that runs it in small batches, once for each text.

A reviewer waits for an urgent text. It therefore shares no batch with others, and is predicted
between two forward passes of a batch that has begun. A text that is longer than a batch takes
longer than a reviewer waits, and goes with those that are not urgent. For a text that is predicted
before it is asked for, nobody waits: it comes after all others, alone.
"""

import logging
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import count
from queue import Empty, PriorityQueue
from typing import Literal, Protocol

from ner.errors import ModelRetired, Overloaded, PredictionFailed
from ner.hashing import exact_hash
from ner.spans import Prediction
from ner.text_tagger import ServedTagger
from server.serving.future_cache import FutureCache

logger = logging.getLogger(__name__)

Lookup = Literal["hit", "stored", "shared", "miss"]

CACHE_ENTRIES = 10_000
CACHE_CHARACTERS = 20_000_000
QUEUE_TEXTS = 512
BATCH_TEXTS = 8
BATCH_CHARACTERS = 40_000
# A reviewer reads a document in less time, so that the next answer is not slower.
IDLE_SECONDS = 60.0

_URGENT, _NORMAL, _AHEAD, _LAST = range(4)


class PredictionStore(Protocol):
    """Predictions of the same version that outlive a predictor; neither method raises."""

    def get(self, texts: Sequence[str]) -> dict[str, Prediction]:
        """``{text: prediction}`` of those that it has."""
        ...

    def put(self, predictions: Sequence[Prediction]) -> None:
        """Keeps these predictions, if it can."""
        ...


@dataclass(order=True, slots=True)
class _PendingText:
    rank: int
    number: int
    text: str = field(compare=False)
    key: str = field(compare=False)
    future: Future[Prediction] = field(compare=False, default_factory=Future)


class Predictor:
    """Predicts texts with one model and caches the predictions.

    Only the predictor's own thread uses the model, which is freed when the thread ends, and whose
    memory for predictions is freed when none was asked for during `idle_seconds`. `on_lookup`
    is called for each text: "hit" if its prediction is cached, "stored" if the store of `share` has
    it, "shared" if it is pending, "miss" if it is new.
    """

    def __init__(
        self,
        tagger: ServedTagger,
        *,
        name: str,
        on_lookup: Callable[[Lookup], None] = lambda _: None,
        cache: FutureCache | None = None,
        queue_texts: int = QUEUE_TEXTS,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._queue: PriorityQueue[_PendingText] = PriorityQueue()
        self._numbers = count()
        self._lock = threading.Lock()
        self._cache = cache or FutureCache(entries=CACHE_ENTRIES, characters=CACHE_CHARACTERS)
        self._on_lookup = on_lookup
        self._queue_texts = queue_texts
        self._idle_seconds = idle_seconds
        self._closed = False
        self._store: PredictionStore | None = None
        # The text that is being predicted, if it is the only one of its batch.
        self._alone: str | None = None
        # Only the thread holds a reference to the tagger, so that nothing else keeps it alive.
        self._thread = threading.Thread(
            target=self._run, args=(tagger,), name=f"predictor-{name}", daemon=True
        )
        self._thread.start()

    @property
    def depth(self) -> int:
        """The number of waiting texts."""
        return self._queue.qsize()

    def submit(self, texts: Sequence[str], *, urgent: bool = False) -> list[Future[Prediction]]:
        """Returns the future of each text's prediction; urgent texts are predicted first.

        A future may be shared with other callers: do not cancel it. It fails with
        PredictionFailed. Raises ModelRetired after `close`, and Overloaded if more than
        `queue_texts` would wait, or half as many for texts that are not urgent.
        """
        limit = self._queue_texts if urgent else self._queue_texts // 2
        stored = self._stored(texts)
        with self._lock:
            self._check_open()
            if self._queue.qsize() + len(texts) > limit:
                raise Overloaded(
                    f"{self._queue.qsize()} texts wait for a prediction; try again later, or with "
                    "fewer texts"
                )
            self._learn(stored)
            return [self._find_or_queue(text, urgent=urgent, stored=stored) for text in texts]

    def submit_ahead(self, text: str) -> Future[Prediction] | None:
        """Has a text predicted that nobody asks for yet; None if its prediction is known.

        Raises ModelRetired after `close`.
        """
        stored = self._stored([text])
        with self._lock:
            self._check_open()
            if self._cache.get(exact_hash(text)) is not None:
                return None
            self._learn(stored)
            return None if stored else self._queue_text(text, _AHEAD)

    def share(self, store: PredictionStore) -> None:
        """Predicts nothing from now on that the store has, and gives it what is predicted.

        Call it once the model is warm, because the text for that is not for the store.
        """
        self._store = store

    def close(self, *, seconds: float = 60) -> None:
        """Refuses new texts, answers the waiting ones, frees the model; waits `seconds` at most."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._queue.put(_PendingText(_LAST, next(self._numbers), "", ""))
        self._thread.join(seconds)

    def _find_or_queue(
        self, text: str, *, urgent: bool, stored: Collection[str]
    ) -> Future[Prediction]:
        key = exact_hash(text)
        rank = _URGENT if urgent and len(text) <= BATCH_CHARACTERS else _NORMAL
        cached = self._cache.get(key)
        if cached is None:
            self._on_lookup("miss")
            return self._queue_text(text, rank)
        if cached.done():
            self._on_lookup("stored" if text in stored else "hit")
            return cached
        self._on_lookup("shared")
        if rank == _URGENT and key != self._alone:
            # It may wait among texts that nobody waits for.
            self._queue.put(_PendingText(rank, next(self._numbers), text, key, cached))
        return cached

    def _queue_text(self, text: str, rank: int) -> Future[Prediction]:
        job = _PendingText(rank, next(self._numbers), text, exact_hash(text))
        self._cache.put(job.key, job.future, size=len(text))
        self._queue.put(job)
        return job.future

    def _check_open(self) -> None:
        if self._closed:
            raise ModelRetired("this model was replaced; ask the one that is loaded now")

    def _stored(self, texts: Sequence[str]) -> dict[str, Prediction]:
        """What the store has of the texts that are not cached; asked without the lock."""
        if self._store is None:
            return {}
        with self._lock:
            unknown = [text for text in texts if self._cache.get(exact_hash(text)) is None]
        return self._store.get(unknown) if unknown else {}

    def _learn(self, stored: Mapping[str, Prediction]) -> None:
        for text, prediction in stored.items():
            key = exact_hash(text)
            if self._cache.get(key) is None:
                future: Future[Prediction] = Future()
                future.set_result(prediction)
                self._cache.put(key, future, size=len(text))

    def _run(self, tagger: ServedTagger) -> None:
        while True:
            batch = self._filled([self._next(tagger)])
            jobs = [job for job in batch if job.rank != _LAST]
            if jobs:
                self._alone = jobs[0].key if len(jobs) == 1 else None
                self._answer(tagger, jobs)
                self._alone = None
            if len(jobs) < len(batch):
                return

    def _next(self, tagger: ServedTagger) -> _PendingText:
        try:
            return self._queue.get(timeout=self._idle_seconds)
        except Empty:
            _release_memory(tagger)
        return self._queue.get()

    def _filled(self, batch: list[_PendingText]) -> list[_PendingText]:
        """Adds waiting texts of the same rank, as many as fit."""
        if batch[0].rank == _AHEAD:
            return batch
        room = BATCH_CHARACTERS - len(batch[0].text)
        while len(batch) < BATCH_TEXTS:
            job = self._take(batch[0].rank, room)
            if job is None:
                break
            batch.append(job)
            room -= len(job.text)
        return batch

    def _take(self, rank: int, room: int) -> _PendingText | None:
        """The text that is next, if it has this rank and at most `room` characters."""
        try:
            job = self._queue.get_nowait()
        except Empty:
            return None
        if job.rank == rank and len(job.text) <= room:
            return job
        self._queue.put(job)
        return None

    def _answer_urgent(self, tagger: ServedTagger) -> None:
        while job := self._take(_URGENT, BATCH_CHARACTERS):
            self._answer(tagger, self._filled([job]))

    def _answer(self, tagger: ServedTagger, jobs: list[_PendingText]) -> None:
        # A text that was asked for again, and more urgently, is in the queue twice.
        jobs = [*{job.key: job for job in jobs if not job.future.done()}.values()]
        if not jobs:
            return
        texts = [job.text for job in jobs]
        try:
            if jobs[0].rank == _URGENT:
                predictions = tagger.predict(texts)
            else:
                predictions = tagger.predict(texts, between=lambda: self._answer_urgent(tagger))
            pairs = list(zip(jobs, predictions, strict=True))
        except Exception as error:  # the thread must survive whatever the model raises
            self._answer_one_by_one(tagger, jobs, error)
            return
        for job, prediction in pairs:
            if not job.future.done():  # meanwhile, between two forward passes
                job.future.set_result(prediction)
        # Those of the API may be many, and nobody opens them again.
        if self._store is not None and jobs[0].rank != _NORMAL:
            self._store.put(predictions)

    def _answer_one_by_one(
        self, tagger: ServedTagger, jobs: list[_PendingText], error: Exception
    ) -> None:
        """Predicts each text alone, so that only those that the model cannot process fail."""
        if len(jobs) > 1:
            for job in jobs:
                self._answer(tagger, [job])
            return
        (job,) = jobs
        if job.future.done():  # it failed before, between two forward passes
            return
        logger.error("text=%s prediction failed error=%s", job.key[:12], type(error).__name__)
        with self._lock:
            self._cache.drop(job.key)
        job.future.set_exception(
            PredictionFailed(f"the model cannot predict this text: {type(error).__name__}")
        )


def _release_memory(tagger: ServedTagger) -> None:
    try:
        tagger.release_memory()
    except Exception as error:  # the thread must survive whatever the model raises
        logger.warning("memory is not released: %s", type(error).__name__)
