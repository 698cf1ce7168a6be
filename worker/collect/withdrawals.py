"""Limits how many documents a pull may withdraw without confirmation."""

from collections.abc import Collection

ALWAYS_ALLOWED = 5
LARGEST_SHARE = 0.2


def too_many(vanished: Collection[str], approved: Collection[str]) -> bool:
    """Whether too many approved documents vanished at once to withdraw them without confirmation.

    These are more than five and more than a fifth. The usual cause is a member who was removed from
    the Doccano project, which removes that member's documents from exports.
    """
    return len(vanished) > ALWAYS_ALLOWED and len(vanished) > LARGEST_SHARE * len(approved)
