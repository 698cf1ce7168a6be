"""Puts the texts of unapproved documents where the server takes them from.

The documents come in the order in which they were listed, and those of one check in that of their
ids, as reviewers meet them. How far it got is noted for each promotion, so that each text is read
from Doccano once, and a check with nothing to do asks it nothing.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace

from redis import Redis

from ner.errors import DoccanoNotFound
from ner.versions.registry import Registry
from worker.beforehand.waiting_texts import Fed, WaitingTexts
from worker.bound_project import bound_project
from worker.doccano.client import DoccanoClient
from worker.redis_connection import mapped_errors
from worker.settings import Settings
from worker.store.corpus.documents import UnapprovedDocument, next_unapproved
from worker.store.corpus.revisions import last_revision
from worker.store.database import Store

logger = logging.getLogger(__name__)

# A check adds texts when fewer wait, and at most as many more: Doccano needs some 10 ms for each.
MOST_WAITING = 100
# A longer text is one that no reviewer gets within the time limit of an answer either.
LONGEST_TEXT = 40_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeder:
    """Dependencies of `feed`."""

    store: Store
    client: DoccanoClient
    redis: Redis
    settings: Settings

    def feed(self, project: str) -> int:
        """Adds texts for the project's champion; returns how many.

        All in all `predicted_ahead`, and one more for each approval since. Raises the DoccanoError
        tree, QueueError, RegistryError, StoreError and AnotherDoccano.
        """
        most = self.settings.predicted_ahead
        champion = Registry(self.settings.models_dir, project).current() if most else None
        if champion is None:
            return 0
        waiting = WaitingTexts(self.redis, project, champion)
        with mapped_errors(self.settings):
            if waiting.count() >= MOST_WAITING:
                return 0
            fed = waiting.fed()
        documents, fed = self._next(project, fed, most)
        if not documents:
            return 0
        texts = [*self._texts(project, documents)]
        fed = replace(fed, document=documents[-1].id, texts=fed.texts + len(texts))
        with mapped_errors(self.settings):
            waiting.put(texts, fed)
        logger.info("project=%s texts=%d wait to be predicted", project, len(texts))
        return len(texts)

    def _next(
        self, project: str, fed: Fed | None, most: int
    ) -> tuple[tuple[UnapprovedDocument, ...], Fed]:
        """The documents that come next, and how far they were put there before."""
        with self.store.read() as s:
            revision = last_revision(s, project)
            fed = fed or Fed(revision=revision)
            room = most + max(0, revision - fed.revision) - fed.texts
            limit = min(room, MOST_WAITING)
            documents = next_unapproved(s, project, after=fed.document, limit=limit)
        return documents, fed

    def _texts(self, project: str, documents: tuple[UnapprovedDocument, ...]) -> Iterator[str]:
        number = bound_project(self.store, self.settings, project)
        for document in sorted(documents, key=lambda document: int(document.external_id)):
            try:
                example = self.client.example(number, int(document.external_id))
            except DoccanoNotFound:  # deleted since it was listed
                continue
            if not example.confirmed and 0 < len(example.text) <= LONGEST_TEXT:
                yield example.text
