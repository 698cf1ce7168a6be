"""How far collecting has come in a project."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from worker.store.locks import hold
from worker.store.schema import PullRow


@dataclass(frozen=True, slots=True)
class PullState:
    """What the last pulls saw; all blank before the first.

    `gate` is the digest that the cheap gate saw last, `gate_exported` the one at the last export;
    `held_back` names the documents whose withdrawal waits for a person.
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
    """The project's state; a blank one when nothing was pulled yet."""
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
    """Keeps the state in place of the one before."""
    hold(s, "project", state.project)
    s.merge(PullRow(**asdict(state) | {"held_back": list(state.held_back)}))
    s.flush()
