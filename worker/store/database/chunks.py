"""Splits long lists for ``IN (…)``, whose length databases limit."""

from collections.abc import Iterable, Iterator

SIZE = 500


def chunks(values: Iterable[str]) -> Iterator[list[str]]:
    """The sorted values in lists of at most `SIZE`."""
    ordered = sorted(values)
    return (ordered[start : start + SIZE] for start in range(0, len(ordered), SIZE))
