"""Durations and counts in words, for messages and the terminal."""

from datetime import timedelta

import humanize

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def in_words(seconds: float) -> str:
    """Returns a duration in words, such as `45 seconds` or `1 hour and 20 minutes`.

    It is rounded to seconds below two minutes, to minutes below two days, and to hours above.
    """
    unit, step = "seconds", 1
    if seconds >= 2 * _DAY:
        unit, step = "hours", _HOUR
    elif seconds >= 2 * _MINUTE:
        unit, step = "minutes", _MINUTE
    rounded = timedelta(seconds=step * round(seconds / step))
    suppressed = ["minutes"] if seconds < 2 * _MINUTE else []
    return humanize.precisedelta(rounded, minimum_unit=unit, suppress=suppressed, format="%d")


def counted(number: int, noun: str) -> str:
    """Returns the number with its noun, plural unless it is 1: `1 document`, `3 documents`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
