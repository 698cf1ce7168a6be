"""The state of the pulls of a project: what the last ones saw, exported and held back."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from worker.store.database.locks import take_lock
from worker.store.database.schema import PullRow


@dataclass(frozen=True, slots=True)
class PullState:
    """The state after the last pull; all fields but `project` have their defaults before the first.

    `gate` is the digest that the gate computed last, `gate_exported` the one at the last export.
    `checked_served_id` is the id of the last auto-label call that was checked. `held_back` contains
    the external ids of the documents whose withdrawal a person must confirm.
    """

    project: str
    gate: str | None = None
    gate_exported: str | None = None
    exported_at: datetime | None = None
    checked_served_id: int = 0
    held_back: tuple[str, ...] = ()
    last_error: str | None = None
    pulled_at: datetime | None = None


def get_pull(s: Session, project: str) -> PullState:
    """The project's state, with default values if nothing was pulled yet."""
    row = s.get(PullRow, project)
    if row is None:
        return PullState(project)
    return PullState(
        project=row.project,
        gate=row.gate,
        gate_exported=row.gate_exported,
        exported_at=row.exported_at,
        checked_served_id=row.checked_served_id,
        held_back=tuple(row.held_back),
        last_error=row.last_error,
        pulled_at=row.pulled_at,
    )


def save_pull(s: Session, state: PullState) -> None:
    """Stores the state and replaces the previous one."""
    take_lock(s, "project", state.project)
    s.merge(PullRow(**asdict(state) | {"held_back": list(state.held_back)}))
    s.flush()
