"""The scripted reviewer on a real Doccano; the test adds the spans instead of auto-labeling."""

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest

from ner.errors import DoccanoUnavailable
from ner.spans import Span
from server.demo.local_doccano import LocalDoccano
from server.demo.reviewer import Reviewer
from tests.support.doccano.doccano_projects import TestProject
from worker.doccano import DoccanoClient
from worker.doccano.auto_labeling import AutoLabeling

TEXT = "😀 Anna, University of Lyon; Emma, École de Lyon"
LYON = Span(8, 26, "AFFILIATION")
ECOLE = Span(34, 47, "AFFILIATION")


@pytest.fixture
def project(doccano: LocalDoccano) -> TestProject:
    return TestProject(doccano, labels=["AFFILIATION"])


def test_suggestions_are_corrected_and_the_document_is_approved(
    project: TestProject,
) -> None:
    client = project.client
    assert (TEXT[LYON.start : LYON.end], TEXT[ECOLE.start : ECOLE.end]) == (
        "University of Lyon",
        "École de Lyon",
    )
    number = project.document(TEXT)
    # Doccano counts the emoji twice.
    right, wrong = (9, 27, "AFFILIATION"), (35, 41, "AFFILIATION")

    def suggest(_self: AutoLabeling, _project: int, example: int) -> None:
        project.annotate(example, right, wrong, approved=False)

    reviewer = Reviewer(client, project.id, {TEXT: (LYON, ECOLE)}, project.labels)
    with patch.object(AutoLabeling, "trigger", suggest):
        review = reviewer.review(client.example(project.id, number))

    assert (review.suggested, review.accepted, review.deleted, review.added) == (2, 1, 1, 1)
    held = client.spans(project.id, number)
    assert {(span.start, span.end) for span in held} == {(9, 27), (35, 48)}
    assert client.example(project.id, number).confirmed


def test_without_suggestions_everything_is_added(project: TestProject) -> None:
    number = project.document(TEXT)
    reviewer = Reviewer(project.client, project.id, {TEXT: (LYON, ECOLE)}, project.labels)
    review = reviewer.review(project.client.example(project.id, number))
    assert (review.suggested, review.accepted, review.added) == (0, 0, 2)
    assert len(project.client.spans(project.id, number)) == 2


@pytest.mark.parametrize("lost", ["request", "answer"])
def test_a_doccano_that_is_away_at_each_step_loses_and_doubles_nothing(
    project: TestProject, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    number = project.document(TEXT)
    project.annotate(number, (35, 41, "AFFILIATION"), approved=False)
    monkeypatch.setattr("server.demo.patience.PAUSE_SECONDS", 0)
    away: list[str] = []
    for name in ("spans", "delete_span", "add_span", "set_confirmed"):
        monkeypatch.setattr(
            DoccanoClient, name, lose_first(getattr(DoccanoClient, name), lost, away)
        )
    monkeypatch.setattr(AutoLabeling, "trigger", lose_first(AutoLabeling.trigger, lost, away))
    reviewer = Reviewer(project.client, project.id, {TEXT: (LYON, ECOLE)}, project.labels)
    review = reviewer.review(project.client.example(project.id, number))
    assert sorted(away) == ["add_span", "delete_span", "set_confirmed", "spans", "trigger"]
    assert (review.suggested, review.deleted, review.added) == (1, 1, 2)
    held = project.client.spans(project.id, number)
    assert sorted((span.start, span.end) for span in held) == [(9, 27), (35, 48)]
    assert project.client.example(project.id, number).confirmed


def lose_first(method: Callable[..., Any], lost: str, away: list[str]) -> Callable[..., Any]:
    """The method, whose first request does not arrive or whose first answer is lost."""

    def call(*arguments: object, **named: object) -> Any:
        if method.__name__ in away:
            return method(*arguments, **named)
        away.append(method.__name__)
        if lost == "answer":
            method(*arguments, **named)
        raise DoccanoUnavailable("500")

    return call
