"""Which Doccano, and which project in it, a project's documents come from.

A document's id means nothing in another Doccano. The binding is therefore stored with the project,
and what asks Doccano about documents compares it with the settings (`worker.bound_project`).
"""

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from worker.store.database.locks import take_lock
from worker.store.database.schema import ProjectRow


@dataclass(frozen=True, slots=True)
class Binding:
    """Doccano's normalised address (`worker.doccano.address.normalised`) and the project's number.

    Its text is ``project 3 of Doccano at http://…``.
    """

    url: str
    doccano_project: int

    def __str__(self) -> str:
        return f"project {self.doccano_project} of Doccano at {self.url}"


# No settings are equal to it: while it is stored, nothing is collected.
IN_REBIND = Binding("", 0)


def get_binding(s: Session, project: str) -> Binding | None:
    """The stored binding, None before the first collection of the project."""
    query = select(ProjectRow.doccano_url, ProjectRow.doccano_project)
    row = s.execute(query.where(ProjectRow.project == project)).one_or_none()
    if row is None or row.doccano_url is None or row.doccano_project is None:
        return None
    return Binding(row.doccano_url, row.doccano_project)


def save_binding(s: Session, project: str, binding: Binding) -> None:
    """Stores the binding of a project that was seen (`worker.store.projects.save_project`)."""
    take_lock(s, "project", project)
    columns = {"doccano_url": binding.url, "doccano_project": binding.doccano_project}
    s.execute(update(ProjectRow).where(ProjectRow.project == project).values(columns))
