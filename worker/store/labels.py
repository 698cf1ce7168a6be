"""The labels of a project by key, which neither a rename nor another Doccano changes.

A key is Doccano's id as text unless another label had that key before.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from worker.store.database.locks import take_lock
from worker.store.database.schema import LabelRow


@dataclass(frozen=True, slots=True)
class LabelKeys:
    """The keys of the labels that Doccano has, by its ids and by their names."""

    by_id: Mapping[int, str]
    by_name: Mapping[str, str]


def sync_labels(s: Session, project: str, names: Mapping[int, str]) -> LabelKeys:
    """Stores the project's labels, ``{Doccano's id: name}``; missing ones are marked as deleted."""
    take_lock(s, "project", project)
    every = s.scalars(_labels_of(project)).all()
    rows = {row.doccano_id: row for row in every if row.doccano_id is not None}
    used = {row.key for row in every}
    keys: dict[int, str] = {}
    for doccano_id, name in names.items():
        row = rows.pop(doccano_id, None)
        if row is None:
            key = doccano_id if doccano_id not in used else max(*used, *names) + 1
            used.add(key)
            row = LabelRow(project=project, key=key, doccano_id=doccano_id, name=name)
            s.add(row)
        row.name, row.deleted = name, False
        keys[doccano_id] = str(row.key)
    for row in rows.values():
        row.deleted = True
    s.flush()
    return LabelKeys(keys, {name: keys[doccano_id] for doccano_id, name in names.items()})


def known_labels(s: Session, project: str, names: Mapping[int, str]) -> LabelKeys | None:
    """The project's labels if the stored ones are ``{Doccano's id: name}``, else None."""
    rows = s.scalars(_labels_of(project).where(LabelRow.deleted.is_(False))).all()
    keys = {row.doccano_id: str(row.key) for row in rows if row.doccano_id is not None}
    if {row.doccano_id: row.name for row in rows} != names:
        return None
    return LabelKeys(keys, {name: keys[doccano_id] for doccano_id, name in names.items()})


def move_labels(s: Session, project: str, names: Mapping[int, str]) -> None:
    """Gives the labels the ids of those with their names in another Doccano, ``{id: name}``.

    Labels that it lacks, and those that were deleted before, have none there.
    """
    take_lock(s, "project", project)
    ids = {name: doccano_id for doccano_id, name in names.items()}
    for row in s.scalars(_labels_of(project)):
        row.doccano_id = None if row.deleted else ids.get(row.name)
        row.deleted = row.doccano_id is None
    s.flush()


def doccano_labels(s: Session, project: str) -> dict[int, str]:
    """``{Doccano's id: name}`` of the labels as last seen, without deleted ones."""
    rows = s.scalars(_labels_of(project).where(LabelRow.deleted.is_(False)))
    return {row.doccano_id: row.name for row in rows if row.doccano_id is not None}


def lost_labels(s: Session, project: str, names: Mapping[int, str]) -> tuple[str, ...]:
    """The labels that are not among ``{Doccano's id: name}`` under their id and name."""
    known = doccano_labels(s, project)
    return tuple(sorted(name for number, name in known.items() if names.get(number) != name))


def missing_labels(s: Session, project: str, names: Mapping[int, str]) -> frozenset[str]:
    """The keys of the labels whose ids are not among ``{Doccano's id: name}``."""
    rows = s.scalars(_labels_of(project).where(LabelRow.deleted.is_(False)))
    return frozenset(str(row.key) for row in rows if row.doccano_id not in names)


def label_names(s: Session, project: str) -> dict[str, str]:
    """``{key: name}`` of the project's labels without deleted ones."""
    rows = s.scalars(_labels_of(project).where(LabelRow.deleted.is_(False)))
    return {str(row.key): row.name for row in rows}


def _labels_of(project: str) -> Select[LabelRow]:
    return (
        select(LabelRow)
        .where(LabelRow.project == project)
        .order_by(LabelRow.key)
        .execution_options(populate_existing=True)
    )
