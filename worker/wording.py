"""Durations and counts in words, for messages and the terminal."""

from datetime import timedelta

import humanize

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def in_words(seconds: float) -> str:
    """The duration, rounded to what a person plans with: `45 seconds`, `1 hour and 20 minutes`.

    Rounded to seconds below two minutes, to minutes below two days, and to hours from there on.
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
    """The number with its noun, in the plural where it is not 1: `1 document`, `3 documents`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
