"""Long lists in portions that every database takes in one ``IN (…)``."""

from collections.abc import Iterable, Iterator

SIZE = 500


def chunks(values: Iterable[str]) -> Iterator[list[str]]:
    """The values, sorted, at most `SIZE` at a time."""
    ordered = sorted(values)
    return (ordered[start : start + SIZE] for start in range(0, len(ordered), SIZE))
