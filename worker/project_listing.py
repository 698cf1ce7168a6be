"""A Doccano project and its documents as Doccano lists them, in the form that the store keeps."""

from collections.abc import Iterable
from datetime import datetime

from worker.doccano.models import DoccanoProject, Example
from worker.store.documents import Listed
from worker.store.projects import ProjectInfo


def project_info(project: str, seen: DoccanoProject, now: datetime) -> ProjectInfo:
    """The modes of a Doccano project, under the project's name here."""
    return ProjectInfo(
        project=project,
        collaborative=seen.collaborative,
        grapheme_mode=seen.grapheme_mode,
        allow_overlapping=seen.allow_overlapping,
        use_relation=seen.use_relation,
        seen_at=now,
    )


def listed_documents(examples: Iterable[Example], *, collaborative: bool) -> list[Listed]:
    """The documents of a listing.

    Whether they are approved is only known of a collaborative project: the listing of an individual
    one has the account's own ticks.
    """
    return [
        Listed(str(one.id), one.text, one.confirmed if collaborative else None) for one in examples
    ]
