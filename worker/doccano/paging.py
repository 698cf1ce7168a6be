"""Reads whole listings from Doccano, page by page."""

import logging
from collections.abc import Iterator
from typing import Any, TypeVar

from ner.errors import DoccanoUnavailable
from worker.doccano.models import read
from worker.doccano.transport import Transport

logger = logging.getLogger(__name__)

T = TypeVar("T")

PAGE = 1000
SHORT_PAGE = 50
ATTEMPTS = 3


def all_pages(transport: Transport, shape: type[T], path: str, **filters: object) -> Iterator[T]:
    """Returns every entry of a listing, without duplicates or omissions.

    Pages are requested by offset, not by the ``next`` URL, which is wrong behind a proxy. A
    deletion between two requests moves later entries forward. Each page is therefore requested so
    that it begins with the last entry of the previous page; when it does not, the listing is read
    again. Raises DoccanoUnavailable when the listing changes during every attempt.
    """
    for _ in range(ATTEMPTS):
        entries = _read_once(transport, shape, path, filters)
        if entries is not None:
            return iter(entries)
        logger.info("a listing changed while it was read, reading it again path=%s", path)
    raise DoccanoUnavailable(
        f"Doccano's {path} changed during each of {ATTEMPTS} readings; try again"
    )


def each_page(
    transport: Transport, shape: type[T], path: str, **filters: object
) -> Iterator[tuple[T, ...]]:
    """Yields the pages of a listing one by one, so that its reader can stop.

    Entries are repeated if others are added before them meanwhile, and may be left out if others
    are deleted.
    """
    offset = 0
    while True:
        page, count = one_page(transport, shape, path, offset, SHORT_PAGE, **filters)
        if page:
            yield page
        offset += len(page)
        if not page or offset >= count:
            return


def one_page(
    transport: Transport, shape: type[T], path: str, offset: int, limit: int, **filters: object
) -> tuple[tuple[T, ...], int]:
    """Returns `limit` entries of a listing from `offset` on, and the number of all entries."""
    body = read(dict[str, Any], transport.get(path, limit=limit, offset=offset, **filters), path)
    page = read(tuple[shape, ...], body.get("results"), path)  # type: ignore[valid-type]
    return page, read(int, body.get("count"), path)


def _read_once(
    transport: Transport, shape: type[T], path: str, filters: dict[str, object]
) -> list[T] | None:
    entries: list[T] = []
    last: list[object] = []  # the id of the last entry, if there is one
    while True:
        offset = len(entries) - len(last)
        body = read(dict[str, Any], transport.get(path, limit=PAGE, offset=offset, **filters), path)
        results = read(list[dict[str, Any]], body.get("results"), path)
        if [entry.get("id") for entry in results[: len(last)]] != last:
            return None
        # Page by page: the JSON of all pages takes several times as much memory.
        new = [read(shape, entry, path) for entry in results[len(last) :]]
        entries += new
        if len(entries) >= read(int, body.get("count"), path):
            return entries
        if not new:
            return None
        last = [results[-1].get("id")]
