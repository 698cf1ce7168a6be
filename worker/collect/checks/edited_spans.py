"""Chooses the approved documents that are read again after spans have changed in Doccano.

Counts of spans also move while documents are annotated before their tick, and they do not tell
which document has changed. A short rest, as between two documents, is therefore worth few reads.
The newest approvals, which are corrected most often, are read first, and older ones as the rest
goes on. Edits that are not reached before the next change wait for the export.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from worker.collect.gate import Gate
from worker.store.pulls import PullState

QUIET = timedelta(seconds=60)
# The rest that is worth the two requests for one document: 10 documents after `QUIET`.
REST_PER_DOCUMENT = timedelta(seconds=6)
NEWEST = 100


def documents_due(
    state: PullState, gate: Gate, approved: Sequence[str], now: datetime
) -> frozenset[str]:
    """Returns the documents that this rest of the counts is long enough for, without earlier ones.

    `approved` has the approved documents in order of revision, at least the last `NEWEST` of them.
    `state` is that of the last check, which has read the documents that were due then.
    """
    last = state.pulled_at
    start = 0 if last is None or state.moved_at is None else _reached(last - state.moved_at)
    newest_first = approved[::-1]
    return frozenset(newest_first[start : _depth(state, gate, now)])


def is_finished(state: PullState, gate: Gate, approved: Sequence[str], now: datetime) -> bool:
    """Whether this check reads the last of the documents that are read at all."""
    depth = _depth(state, gate, now)
    return depth > 0 and depth >= min(NEWEST, len(approved))


def _depth(state: PullState, gate: Gate, now: datetime) -> int:
    if gate.digest != state.gate:
        return 0
    # A store from before these counts does not know since when they rest.
    return NEWEST if state.moved_at is None else _reached(abs(now - state.moved_at))


def _reached(rest: timedelta) -> int:
    return min(rest // REST_PER_DOCUMENT, NEWEST) if rest >= QUIET else 0
