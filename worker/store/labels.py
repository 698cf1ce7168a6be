"""The labels of a project by key: Doccano's id as text, which a rename does not change."""

from collections.abc import Mapping

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from worker.store.database.locks import take_lock
from worker.store.database.schema import LabelRow


def sync_labels(s: Session, project: str, names: Mapping[int, str]) -> None:
    """Stores the project's labels, ``{Doccano's id: name}``; missing ones are marked as deleted."""
    take_lock(s, "project", project)
    rows = {row.doccano_id: row for row in s.scalars(_labels_of(project))}
    for doccano_id, name in names.items():
        row = rows.pop(doccano_id, None)
        if row is None:
            s.add(LabelRow(project=project, doccano_id=doccano_id, name=name, deleted=False))
        else:
            row.name, row.deleted = name, False
    for row in rows.values():
        row.deleted = True
    s.flush()


def label_names(s: Session, project: str) -> dict[str, str]:
    """``{key: name}`` of the project's labels without deleted ones."""
    rows = s.scalars(_labels_of(project).where(LabelRow.deleted.is_(False)))
    return {str(row.doccano_id): row.name for row in rows}


def _labels_of(project: str) -> Select[LabelRow]:
    return (
        select(LabelRow)
        .where(LabelRow.project == project)
        .order_by(LabelRow.doccano_id)
        .execution_options(populate_existing=True)
    )
