"""Erases documents that were withdrawn long ago, where the settings say so."""

import logging
import socket
from datetime import datetime, timedelta

from ner.errors import ErasureRefused, RegistryError
from worker.erasing.erasure import Erased, erase
from worker.settings import Settings
from worker.store.database import Store
from worker.store.database.compaction import empty_log
from worker.store.removal.erasing import withdrawn_before

logger = logging.getLogger(__name__)

AT_ONCE = 100


def erase_withdrawn(settings: Settings, store: Store, project: str, now: datetime) -> Erased | None:
    """Erases the documents withdrawn for longer than `withdrawn_days`, at most `AT_ONCE`.

    Returns None if there is none, or if a training or a damaged version keeps them until the next
    time.
    """
    if settings.withdrawn_days is None:
        return None
    before = now - timedelta(days=settings.withdrawn_days)
    with store.read() as s:
        withdrawn = withdrawn_before(s, project, before, limit=AT_ONCE)
    if not withdrawn:
        return None
    try:
        erased = erase(settings, store, project, withdrawn, host=socket.gethostname(), now=now)
    except (ErasureRefused, RegistryError) as error:
        logger.warning("withdrawn documents are kept project=%s: %s", project, error)
        return None
    # The file is not rewritten, which would keep calls for suggestions waiting.
    empty_log(store)
    return erased
