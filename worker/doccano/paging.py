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
    deletion in between moves the later entries to earlier pages, so a listing whose pages do not
    add up is read again. Raises DoccanoUnavailable when it never adds up.
    """
    for _ in range(ATTEMPTS):
        entries, expected = _pages(transport, path, filters)
        if len({entry.get("id") for entry in entries}) == len(entries) == expected:
            return iter([read(shape, entry, path) for entry in entries])
        logger.info("a listing changed while it was read, again path=%s", path)
    raise DoccanoUnavailable(f"Doccano's {path} changed at every one of {ATTEMPTS} readings")


def _pages(
    transport: Transport, path: str, filters: dict[str, object]
) -> tuple[list[dict[str, Any]], int]:
    entries: list[dict[str, Any]] = []
    while True:
        page = transport.get(path, limit=PAGE, offset=len(entries), **filters)
        body = read(dict[str, Any], page, path)
        results = read(list[dict[str, Any]], body.get("results"), path)
        entries += results
        count = read(int, body.get("count"), path)
        if not results or len(entries) >= count:
            return entries, count
