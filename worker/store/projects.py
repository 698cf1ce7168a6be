"""The settings of a project in Doccano, as they were last seen."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ner.text.offsets import OffsetUnit
from worker.store.database.locks import take_lock
from worker.store.database.schema import ProjectRow


@dataclass(frozen=True, slots=True)
class ProjectInfo:
    """The settings of a Doccano project that nerloop depends on, and when they were seen first."""

    project: str
    collaborative: bool
    grapheme_mode: bool
    allow_overlapping: bool
    use_relation: bool
    seen_at: datetime

    @property
    def unit(self) -> OffsetUnit:
        """The unit of the project's offsets."""
        return OffsetUnit.GRAPHEME if self.grapheme_mode else OffsetUnit.UTF16


def save_project(s: Session, info: ProjectInfo) -> None:
    """Stores the settings and replaces the previous ones."""
    take_lock(s, "project", info.project)
    s.merge(
        ProjectRow(
            project=info.project,
            collaborative=info.collaborative,
            grapheme_mode=info.grapheme_mode,
            allow_overlapping=info.allow_overlapping,
            use_relation=info.use_relation,
            seen_at=info.seen_at,
        )
    )
    s.flush()


def get_project(s: Session, project: str) -> ProjectInfo | None:
    """The settings last seen, or None if the project was never seen."""
    row = s.get(ProjectRow, project)
    if row is None:
        return None
    return ProjectInfo(
        project=row.project,
        collaborative=row.collaborative,
        grapheme_mode=row.grapheme_mode,
        allow_overlapping=row.allow_overlapping,
        use_relation=row.use_relation,
        seen_at=row.seen_at,
    )
