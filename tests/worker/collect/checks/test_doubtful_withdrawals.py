"""A served document is withdrawn only when a listing agrees."""

from dataclasses import replace

import pytest

from ner.errors import DoccanoNotFound
from tests.support.doccano.collecting import Collecting
from tests.support.doccano.doccano_projects import TestProject
from worker.doccano import DoccanoClient
from worker.doccano.models import Example


def served(collecting: Collecting, number: int) -> list[int]:
    """Approves so many documents, which are then served again."""
    texts = [f"Kiel {index}" for index in range(number)]
    ids = [collecting.project.document(text, (0, 4, "CITY"), approved=True) for text in texts]
    collecting.collect()
    for text in texts:
        collecting.serve(text)
    return ids


def test_a_served_document_that_is_answered_by_404_is_kept_unless_a_listing_agrees(
    project: TestProject, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    served(collecting, 8)

    def gone(*_: object) -> Example:
        raise DoccanoNotFound("answered 404")

    with monkeypatch.context() as patch:
        patch.setattr(type(project.client), "example", gone)
        assert collecting.collect().withdrawn == 0
    assert len(collecting.approved) == 8


def test_many_served_documents_that_seem_unticked_are_kept_unless_a_listing_agrees(
    project: TestProject, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    served(collecting, 8)
    example = type(project.client).example

    def unticked(client: DoccanoClient, doccano_project: int, number: int) -> Example:
        return replace(example(client, doccano_project, number), confirmed=False)

    with monkeypatch.context() as patch:
        patch.setattr(type(project.client), "example", unticked)
        assert collecting.collect().withdrawn == 0
    assert len(collecting.approved) == 8
