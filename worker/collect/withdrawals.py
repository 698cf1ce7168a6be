"""Whether a pull may withdraw as many documents as it wants to."""

from collections.abc import Collection

ALWAYS_ALLOWED = 5
LARGEST_SHARE = 0.2


def too_many(vanished: Collection[str], approved: Collection[str]) -> bool:
    """Whether so many of the approved documents vanish at once that a person has to say yes.

    More than a fifth and more than five: a removed member's work vanishes from exports like that.
    """
    return len(vanished) > ALWAYS_ALLOWED and len(vanished) > LARGEST_SHARE * len(approved)
