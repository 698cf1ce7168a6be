"""Erases documents: their texts go from models, run folders and store, in this order.

The texts are read from the store, which therefore comes last: an erasure that was interrupted is
finished by doing it again.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ner.versions.registry import Registry
from worker.erasing.no_training import TrainingGuard, no_training
from worker.settings import Settings
from worker.store.database import Store
from worker.store.database.batches import write_in_batches
from worker.store.removal.erasing import ErasedRows, erase_rows, texts_of, texts_still_approved

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased: rows of the store, and samples in the manifests of these versions."""

    rows: ErasedRows
    versions: tuple[str, ...]


def erase(
    settings: Settings,
    store: Store,
    project: str,
    document_ids: Collection[int],
    *,
    host: str,
    now: datetime,
) -> Erased:
    """Erases documents that are not approved any more. Erasing twice changes nothing.

    A text that another document is approved with stays among the samples. The database's files
    may still have the bytes, see `worker.store.database.compaction`. Raises ErasureRefused while a
    training runs, RegistryError for versions that cannot be read or written, and StoreError.
    """
    registry = Registry(settings.models_dir, project)
    document_ids = frozenset(document_ids)
    with no_training(settings, store, project, host=host, now=now) as guard:
        with store.read() as s:
            texts = texts_of(s, document_ids)
            texts -= texts_still_approved(s, project, texts, besides=document_ids)
        versions = registry.erase_samples(texts)
        rows = _erase_rows(store, project, document_ids, guard, now)
        # A training that ended meanwhile on another machine may have added a version.
        versions = tuple(sorted({*versions, *registry.erase_samples(texts)}))
    logger.info(
        "erased project=%s documents=%d revisions=%d calls=%d samples_in=%s",
        project,
        len(document_ids),
        rows.revisions,
        rows.calls,
        ",".join(versions) or "none",
    )
    return Erased(rows, versions)


def _erase_rows(
    store: Store, project: str, document_ids: Collection[int], guard: TrainingGuard, now: datetime
) -> ErasedRows:
    def write(s: Session, batch: Collection[int]) -> ErasedRows:
        guard.check(s)
        return erase_rows(s, project, batch, besides=document_ids, now=now)

    return sum(write_in_batches(store, document_ids, write), ErasedRows())
