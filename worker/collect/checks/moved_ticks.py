"""Finds ticks and unticks that no auto-label call announced, from Doccano's counts and listing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from worker.collect.gate import Gate
from worker.store.corpus.mass_changes import too_many
from worker.store.pulls import PullState

# At most so many documents are read one by one at a check; the rest waits for the next one.
MAX_READ = 50
# Doccano needs 2 to 3 ms for each document of a listing: the listings take a twentieth of its time.
PAUSE_PER_DOCUMENT = timedelta(seconds=0.05)


@dataclass(frozen=True, slots=True)
class MovedTicks:
    """What a listing of the ticked documents says.

    `to_read` has the documents whose tick differs from the store, `MAX_READ` at most; `complete` is
    False if there are more. `held_back` has those that are not ticked any more and too many to be
    withdrawn without confirmation.
    """

    to_read: tuple[str, ...]
    held_back: tuple[str, ...]
    complete: bool


def is_explained(gate: Gate, before: Collection[str], after: Collection[str]) -> bool:
    """Whether changes that were found anyway explain Doccano's counts.

    `before` and `after` have the documents that were ticked as far as was known before these
    changes and with them. Equal counts alone explain nothing: a tick and an untick cancel out.
    """
    return set(after) != set(before) and len(after) == gate.progress.complete


def listing_is_due(state: PullState, gate: Gate, now: datetime) -> bool:
    """Whether the pause since the last listing is over; it is longer the more is ticked."""
    pause = PAUSE_PER_DOCUMENT * gate.progress.complete
    # A time that a clock noted while it was ahead is none to wait for.
    return state.listed_at is None or abs(now - state.listed_at) >= pause


def find_moved_ticks(ticked: Collection[str], approved: Collection[str]) -> MovedTicks:
    """Compares the documents that are ticked in Doccano with those `approved` in the store."""
    appeared = sorted(set(ticked) - set(approved), key=int)
    vanished = sorted(set(approved) - set(ticked), key=int)
    if too_many(vanished, approved):
        to_read, held_back = appeared, tuple(vanished)
    else:
        to_read, held_back = appeared + vanished, ()
    return MovedTicks(tuple(to_read[:MAX_READ]), held_back, len(to_read) <= MAX_READ)
