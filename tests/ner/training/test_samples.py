"""Which texts become a version's samples."""

import pytest

from ner.spans import Document, Span
from ner.training.samples import MAX_CHARACTERS, MAX_FIRST, MAX_SAMPLES, samples_of
from tests.support.training.fake_tagger import FakeTagger

SPAN = Span(0, 3, "ORG")
TAGGER = FakeTagger({"ABC": "ORG"})


def texts(*documents: Document) -> list[str]:
    return [sample.text for sample in samples_of(TAGGER, documents)]


def test_they_are_the_shortest_texts_and_those_with_spans_come_first() -> None:
    documents = (
        Document("empty"),
        Document("ABC, the longer one", (SPAN,)),
        Document("ABC, short", (SPAN,)),
        Document("also empty"),
    )
    samples = samples_of(TAGGER, documents)
    assert [sample.text for sample in samples] == [
        "ABC, short",
        "ABC, the longer one",
        "empty",
        "also empty",
    ]
    assert [sample.spans for sample in samples] == [(SPAN,), (SPAN,), (), ()]


def test_their_number_and_length_are_limited() -> None:
    assert len(texts(*[Document(f"ABC {number}") for number in range(20)])) == MAX_SAMPLES
    long = MAX_CHARACTERS // 2
    assert len(texts(*[Document(f"{number} " + "x" * long) for number in range(3)])) == 1


@pytest.mark.parametrize(("length", "expected"), [(MAX_FIRST, 1), (MAX_FIRST + 1, 0)])
def test_a_single_one_may_be_longer(length: int, expected: int) -> None:
    assert len(texts(Document("x" * length))) == expected


def test_texts_that_json_cannot_hold_are_skipped() -> None:
    assert texts(Document("a \ud83d b"), Document("plain")) == ["plain"]
