"""The state of the pulls of a project: what the last ones saw, exported and held back."""

from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from worker.store.database.locks import take_lock
from worker.store.database.schema import PullRow, RevisionRow
from worker.store.served import last_call

LISTS = ("held_back", "held_changes")

_PULL = cast(Table, PullRow.__table__)
# Made once and of the table, because each check writes it.
_WRITTEN = (
    update(_PULL).where(_PULL.c.project == bindparam("of_project")).returning(_PULL.c.project)
)


@dataclass(frozen=True, slots=True)
class PullState:
    """The state after the last pull; all fields but `project` have their defaults before the first.

    `gate` is the digest that the gate computed last, `gate_exported` the one at the last export, or
    None if it has changed since, and `moved_at` the time at which `gate` last changed.
    `checked_served_id` is the id of the last auto-label call that was checked. `held_back` contains
    the external ids of the documents whose withdrawal a person must confirm. `documents` and
    `ticked` are Doccano's counts at the last pull; `ticked` is None in an individual project, where
    Doccano does not tell it. `ticks_known` and `spans_known` are the parts of the gate's digest
    whose changes have been collected, or None if they have changed since, `listed_at` is the
    time at which the ticked documents were last listed, and `search_after` the one from which on
    they may be searched for changes again; `all_listed_at` is the time at which all documents were
    last listed. `exports` counts the exports that Doccano
    was asked for, of which it keeps every one. `held_changes` contains the external ids of the
    documents that are approved without spans now and keep those they had until a person confirms
    it, and `refusal` says why nothing is collected, if too much has changed at once.
    """

    project: str
    gate: str | None = None
    gate_exported: str | None = None
    exported_at: datetime | None = None
    checked_served_id: int = 0
    held_back: tuple[str, ...] = ()
    last_error: str | None = None
    pulled_at: datetime | None = None
    documents: int | None = None
    ticked: int | None = None
    moved_at: datetime | None = None
    ticks_known: str | None = None
    spans_known: str | None = None
    listed_at: datetime | None = None
    exports: int = 0
    held_changes: tuple[str, ...] = ()
    refusal: str | None = None
    search_after: datetime | None = None
    all_listed_at: datetime | None = None


def get_pull(s: Session, project: str) -> PullState:
    """The project's state, with default values if nothing was pulled yet."""
    row = s.get(PullRow, project, populate_existing=True)
    if row is None:
        return PullState(project)
    columns = {field.name: getattr(row, field.name) for field in fields(PullState)}
    lists = {name: tuple(columns[name]) for name in LISTS}
    return PullState(**columns | lists)


def count_export(s: Session, project: str) -> None:
    """Counts an export, which stays in Doccano whatever becomes of the pull that asked for it."""
    take_lock(s, "project", project)
    state = get_pull(s, project)
    save_pull(s, replace(state, exports=state.exports + 1))


def last_movement(s: Session, state: PullState) -> datetime | None:
    """When something was last seen to happen in its project: other counts, a call or a change.

    None if nothing was ever seen.
    """
    newest_revision = (
        select(RevisionRow.seen_at)
        .where(RevisionRow.project == state.project)
        .order_by(RevisionRow.id.desc())
        .limit(1)
    )
    call = last_call(s, state.project)
    times = (state.moved_at, call and call.served_at, s.scalar(newest_revision))
    return max((time for time in times if time), default=None)


def save_pull(s: Session, state: PullState) -> None:
    """Stores the state and replaces the previous one."""
    take_lock(s, "project", state.project)
    columns = asdict(state)
    columns |= {name: list(columns[name]) for name in LISTS}
    if s.scalar(_WRITTEN, columns | {"of_project": state.project}) is None:
        s.execute(insert(PullRow), columns)
