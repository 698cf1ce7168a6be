"""Chooses the approved documents that are read again after spans have changed in Doccano."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from worker.collect.gate import Gate
from worker.store.pulls import PullState

# Counts of spans also move while documents are annotated before their tick.
QUIET = timedelta(seconds=60)
# The newest approvals, which are corrected most often; edits of older ones wait for the export.
NEWEST = 100


def has_rested(state: PullState, gate: Gate, now: datetime) -> bool:
    """Whether none of Doccano's counts has moved for `QUIET`."""
    if gate.digest != state.gate:
        return False
    return state.moved_at is None or now - state.moved_at >= QUIET


def newest_approved(approved: Sequence[str]) -> frozenset[str]:
    """Returns the `NEWEST` last ones of the approved documents, which are in order of revision."""
    return frozenset(approved[-NEWEST:])
