"""Whole listings of Doccano, page by page."""

import logging
from collections.abc import Iterator
from typing import Any, TypeVar

from ner.errors import DoccanoUnavailable
from worker.doccano.models import read
from worker.doccano.transport import Transport

logger = logging.getLogger(__name__)

T = TypeVar("T")

PAGE = 1000
ATTEMPTS = 3


def all_pages(transport: Transport, shape: type[T], path: str, **filters: object) -> Iterator[T]:
    """Every entry of a listing, none twice and none left out.

    Pages are asked for by offset, never by the ``next`` address, which is wrong behind a proxy. A
    deletion in between moves later entries forward, so each page begins with the last entry of the
    page before, and a listing where it does not is read again. Raises DoccanoUnavailable when it
    never holds still.
    """
    for _ in range(ATTEMPTS):
        entries = _read_once(transport, path, filters)
        if entries is not None:
            return iter([read(shape, entry, path) for entry in entries])
        logger.info("a listing changed while it was read, again path=%s", path)
    raise DoccanoUnavailable(
        f"Doccano's {path} changed during each of {ATTEMPTS} readings; try again"
    )


def _read_once(
    transport: Transport, path: str, filters: dict[str, object]
) -> list[dict[str, Any]] | None:
    entries: list[dict[str, Any]] = []
    while True:
        shared = entries[-1:]
        offset = len(entries) - len(shared)
        body = read(dict[str, Any], transport.get(path, limit=PAGE, offset=offset, **filters), path)
        results = read(list[dict[str, Any]], body.get("results"), path)
        new = results[len(shared) :]
        if [entry.get("id") for entry in shared + new] != [entry.get("id") for entry in results]:
            return None
        entries += new
        if len(entries) >= read(int, body.get("count"), path):
            return entries
        if not new:
            return None
