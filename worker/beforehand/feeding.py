"""Puts the texts of unapproved documents where the server takes them from.

The documents come in the order in which they were listed, and those of one check in that of their
ids, as reviewers meet them. How far it got is noted for each promotion, so that each text is read
from Doccano once, and a check with nothing to do asks it nothing.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from redis import Redis

from ner.errors import DoccanoError, DoccanoNotFound
from ner.text.surrogates import has_lone_surrogate
from ner.versions.registry import Registry
from worker.beforehand.waiting_texts import Fed, WaitingTexts
from worker.bound_project import bound_project
from worker.doccano.client import DoccanoClient
from worker.redis_connection import mapped_errors
from worker.settings import Settings
from worker.store.corpus.documents import UnapprovedDocument, next_unapproved
from worker.store.corpus.revisions import count_revisions, last_revision
from worker.store.database import Store

logger = logging.getLogger(__name__)

# A check adds texts when fewer wait, and at most as many more: Doccano needs some 10 ms for each.
MOST_WAITING = 100
# A slow Doccano must not keep the other projects' checks waiting.
FEED_SECONDS = 3.0
# A longer text is one that no reviewer gets within the time limit of an answer either.
LONGEST_TEXT = 40_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeder:
    """Dependencies of `feed`. `monotonic` returns seconds."""

    store: Store
    client: DoccanoClient
    redis: Redis
    settings: Settings
    monotonic: Callable[[], float] = time.monotonic

    def feed(self, project: str) -> int:
        """Adds texts for the project's champion; returns how many.

        All in all `predicted_ahead`, and one more for each approval since; those that have gone
        from Redis begin again. Raises the DoccanoError tree, QueueError, RegistryError, StoreError
        and AnotherDoccano; what was read before an error is added.
        """
        most = self.settings.predicted_ahead
        champion = Registry(self.settings.models_dir, project).current() if most else None
        if champion is None:
            return 0
        waiting = WaitingTexts(self.redis, project, champion)
        with mapped_errors(self.settings):
            number = waiting.count()
            if number >= MOST_WAITING:
                return 0
            fed = waiting.fed()
        if fed is not None and fed.has_lost_texts(number):
            fed = None
        documents, fed = self._next(project, fed, most)
        if not documents:
            return 0
        read = self._read(project, documents)
        fed = replace(fed, document=read.document, texts=fed.texts + len(read.texts))
        with mapped_errors(self.settings):
            waiting.put(read.texts, fed)
        if read.texts:
            logger.info("project=%s texts=%d wait to be predicted", project, len(read.texts))
        if read.error is not None:
            raise read.error
        return len(read.texts)

    def _next(
        self, project: str, fed: Fed | None, most: int
    ) -> tuple[tuple[UnapprovedDocument, ...], Fed]:
        """The documents that come next, and how far they were put there before."""
        with self.store.read() as s:
            fed = fed or Fed(revision=last_revision(s, project))
            room = most + count_revisions(s, project, after=fed.revision) - fed.texts
            limit = min(room, MOST_WAITING)
            documents = next_unapproved(s, project, after=fed.document, limit=limit)
        return documents, fed

    def _read(self, project: str, documents: Sequence[UnapprovedDocument]) -> "_ReadTexts":
        """Reads the documents until one fails, which the next check passes over, or time is up."""
        number = bound_project(self.store, self.settings, project)
        end = self.monotonic() + FEED_SECONDS
        texts: dict[int, str] = {}
        done: set[int] = set()
        error: DoccanoError | None = None
        for document in sorted(documents, key=lambda document: int(document.external_id)):
            if error is not None or (done and self.monotonic() > end):
                break
            done.add(document.id)
            try:
                example = self.client.example(number, int(document.external_id))
            except DoccanoNotFound:  # deleted since it was listed
                continue
            except DoccanoError as caught:
                error = caught
                continue
            if not example.confirmed and _is_predicted(example.text):
                texts[document.id] = example.text
        # Only what has no unread document before it counts; the rest comes again.
        undone = [document.id for document in documents if document.id not in done]
        first = min(undone, default=documents[-1].id + 1)
        kept = tuple(text for identity, text in texts.items() if identity < first)
        return _ReadTexts(kept, first - 1, error)


@dataclass(frozen=True, slots=True)
class _ReadTexts:
    """Texts, up to which document in the store there is nothing left to read, and an error."""

    texts: tuple[str, ...]
    document: int
    error: DoccanoError | None


def _is_predicted(text: str) -> bool:
    return 0 < len(text) <= LONGEST_TEXT and not has_lone_surrogate(text)
