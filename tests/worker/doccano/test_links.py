"""Links by which Doccano's search finds a document."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.doccano_projects import TestProject
from worker.doccano.links import DocumentLinks

TEXTS = (
    "University of Lyon",
    "The University of Lyon, and its department of biology",
    "Department of Physics, Lyon",
    'He said: "Lyon", and went (100% sure_of it)',
    "里昂大学 😀 Университет Лиона",
    "里昂大学 and more",
)


def query(link: str | None) -> dict[str, str]:
    assert link is not None
    return dict(parse_qsl(urlsplit(link).query))


@pytest.fixture(scope="module")
def project(doccano: LocalDoccano) -> TestProject:
    project = TestProject(doccano)
    # The longer texts first: they are also found by the words that a shorter one shares with them.
    for text in sorted(TEXTS, key=len, reverse=True):
        project.document(text)
    return project


@pytest.mark.parametrize("text", TEXTS[1:])
def test_doccano_lists_the_document_first_for_its_link(project: TestProject, text: str) -> None:
    link = DocumentLinks(project.client.url, project.id, TEXTS).link(text)
    page: Any = project.client._transport.get(
        f"projects/{project.id}/examples", limit=1, offset=0, q=query(link)["q"]
    )
    assert page["results"][0]["text"] == text


def test_a_link_has_no_credentials() -> None:
    link = DocumentLinks("http://admin:secret@doccano:8000/", 7, TEXTS).link(TEXTS[0])
    assert link is not None
    assert link.startswith("http://doccano:8000/projects/7/sequence-labeling?page=1&q=")


def test_a_text_whose_words_are_all_in_a_longer_one_is_searched_for_by_its_own_words() -> None:
    link = DocumentLinks("http://doccano", 7, TEXTS).link(TEXTS[0])
    assert {*query(link)["q"].split()} <= {"University", "Lyon"}


def test_a_copy_needs_no_more_words_than_the_text() -> None:
    twice = DocumentLinks("http://doccano", 7, [*TEXTS, TEXTS[2]])
    assert twice.link(TEXTS[2]) == DocumentLinks("http://doccano", 7, TEXTS).link(TEXTS[2])


def test_the_rarest_word_comes_first_and_is_enough() -> None:
    texts = ["all of it common", "all common too", "common and all"]
    link = DocumentLinks("http://doccano", 7, texts).link(texts[1])
    assert query(link)["q"] == "too"


def test_words_that_exclude_no_further_document_are_left_out() -> None:
    shared = " ".join(f"shared{i}" for i in range(10))
    texts = [f"{shared} same", shared, "same", "same again", "same here"]
    words = query(DocumentLinks("http://doccano", 7, texts).link(texts[0]))["q"].split()
    assert words[1:] == ["same"]


def test_a_link_has_at_most_eight_words() -> None:
    words = [f"word{i}" for i in range(100)]
    alike = [" ".join(words[:i] + words[i + 1 :]) for i in range(100)]
    link = DocumentLinks("http://doccano", 7, [" ".join(words), *alike]).link(" ".join(words))
    assert len(query(link)["q"].split()) == 8


@pytest.mark.parametrize("text", ["", "!? ..", "a b c"])
def test_a_text_without_words_has_no_link(text: str) -> None:
    assert DocumentLinks("http://doccano", 7, [text]).link(text) is None
