import random

import pytest

from server.demo.sample_papers.facts import Address, Facts
from server.demo.sample_papers.names import TRAIN_NAMES
from server.demo.sample_papers.prose import TRAIN_PROSE


@pytest.fixture
def facts() -> Facts:
    return Facts(random.Random(1), TRAIN_NAMES, TRAIN_PROSE, number=1007)


def test_a_line_has_the_parts_of_an_address_that_are_not_empty() -> None:
    address = Address("", "University of Lyon", "", "F-69007 Lyon", "France")
    assert address.line("\n") == "University of Lyon\nF-69007 Lyon\nFrance"


@pytest.mark.parametrize(
    ("style", "name"),
    [("initials", "Z. O'Connor"), ("full", "Zoë O'Connor"), ("surname first", "O'Connor, Zoë")],
)
def test_names_are_in_the_style_of_the_paper(facts: Facts, style: str, name: str) -> None:
    facts.authors = (("Zoë", "O'Connor"),)
    facts.style = style
    assert facts.names() == [name]
    assert facts.mail(0).startswith("z.o'connor@")


def test_an_abstract_repeats_no_sentence_before_all_were_used(facts: Facts) -> None:
    facts._prose = type(TRAIN_PROSE)(
        topics=(), titles=(), sentences=("A.", "B.", "C."), distractors=(), heads=()
    )
    sentences = facts.abstract(7).split()
    assert len(sentences) == 7
    assert set(sentences[:3]) == set(sentences[3:6]) == {"A.", "B.", "C."}


def test_no_field_of_a_pattern_is_left(facts: Facts) -> None:
    texts = [facts.title(), facts.head(), facts.distractor(), facts.abstract(30)]
    assert not any("{" in text or "}" in text for text in texts)
    assert "Manuscript 1007" in texts[1]
