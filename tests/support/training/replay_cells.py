"""Cells of a replay, written without any training."""

from dataclasses import replace

from benchmarks.policy_replay.cell import ReplayCell
from benchmarks.policy_replay.sequence import TrainingKind
from tests.support.training.measured_cells import CELL

Counts = tuple[tuple[int, int, int], ...]

_CELL = ReplayCell(
    key={},
    base_model="bundled",
    seed=1,
    approved=10,
    kind="honest",
    warm=False,
    documents=8,
    counts={},
    machine=CELL.machine,
    libraries=CELL.libraries,
    code=CELL.code,
    made_at=CELL.made_at,
)


def replay_cell(
    approved: int, correct: int, *, kind: TrainingKind = "honest", of: int = 10, pool: int = 300
) -> ReplayCell:
    """A training that finds `correct` of the `of` spans in every document of the pool."""
    counts = {"ORG": ((correct, of, of),) * pool}
    return replace(_CELL, approved=approved, kind=kind, counts=counts)
