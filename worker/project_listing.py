"""Converts a Doccano project and its listing of documents to the classes of the store."""

from collections.abc import Iterable
from datetime import datetime

from worker.doccano.models import DoccanoProject, Example
from worker.store.corpus.documents import ListedDocument
from worker.store.projects import ProjectInfo


def project_info(project: str, remote: DoccanoProject, now: datetime) -> ProjectInfo:
    """Returns the modes of a Doccano project under its name in nerloop."""
    return ProjectInfo(
        project=project,
        collaborative=remote.collaborative,
        grapheme_mode=remote.grapheme_mode,
        allow_overlapping=remote.allow_overlapping,
        use_relation=remote.use_relation,
        seen_at=now,
    )


def listed_documents(examples: Iterable[Example], *, collaborative: bool) -> list[ListedDocument]:
    """Returns the documents of a listing.

    Without `collaborative` their `approved` is None: the listing of an individual project has only
    the ticks of nerloop's own account.
    """
    return [
        ListedDocument(str(example.id), example.text, example.confirmed if collaborative else None)
        for example in examples
    ]
