"""Durations are rounded, and nouns agree with their numbers."""

import pytest

from worker.wording import counted, in_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "0 seconds"),
        (1, "1 second"),
        (89, "89 seconds"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (3_500, "58 minutes"),
        (4_800, "1 hour and 20 minutes"),
        (4_799.6, "1 hour and 20 minutes"),
        (86_400, "1 day"),
        (3 * 86_400 + 7_000, "3 days and 2 hours"),
    ],
)
def test_a_duration_is_rounded(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


def test_a_noun_agrees_with_its_number() -> None:
    words = [counted(number, "document") for number in (0, 1, 2)]
    assert words == ["0 documents", "1 document", "2 documents"]
