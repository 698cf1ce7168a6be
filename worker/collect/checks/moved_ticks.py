"""Finds ticks and unticks that no auto-label call announced, from Doccano's counts and listing.

Where that suffices, a few pages of the listing are read (`tick_search`), else all of them.
"""

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
# So few ticked documents are listed as soon as searched.
FEW = 200
# A search, too, takes a twentieth of Doccano's time, by the time that it took.
PAUSE_PER_SEARCH = 20
LONGEST_SEARCH_PAUSE = timedelta(hours=1)


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


def listing_is_due(state: PullState, gate: Gate, now: datetime) -> bool:
    """Whether the pause since the last listing is over; it is longer the more is ticked."""
    pause = PAUSE_PER_DOCUMENT * gate.progress.complete
    # A time that a clock noted while it was ahead is none to wait for.
    return state.listed_at is None or abs(now - state.listed_at) >= pause


def search_is_due(state: PullState, gate: Gate, now: datetime) -> bool:
    """Whether the pause since the last search is over, and a search is quicker than a listing."""
    left = timedelta(0) if state.search_after is None else state.search_after - now
    waits = timedelta(0) < left <= LONGEST_SEARCH_PAUSE
    return gate.progress.complete > FEW and not waits


def search_pause(seconds: float) -> timedelta:
    """How long after a search that took so many seconds the next one is due."""
    return min(PAUSE_PER_SEARCH * timedelta(seconds=seconds), LONGEST_SEARCH_PAUSE)


def find_moved_ticks(ticked: Collection[str], approved: Collection[str]) -> MovedTicks:
    """Compares the documents that are ticked in Doccano with those `approved` in the store."""
    appeared = sorted(set(ticked) - set(approved), key=int)
    vanished = sorted(set(approved) - set(ticked), key=int)
    if too_many(vanished, approved):
        to_read, held_back = appeared, tuple(vanished)
    else:
        to_read, held_back = appeared + vanished, ()
    return MovedTicks(tuple(to_read[:MAX_READ]), held_back, len(to_read) <= MAX_READ)
