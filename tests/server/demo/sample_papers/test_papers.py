import re
import unicodedata

import pytest

from ner.hashing import side_of, text_hash
from ner.models.base_model import load_tokenizer, resolve_base_model
from ner.spans import Document
from server.demo.sample_papers import SHARE, sample_papers
from server.demo.sample_papers.held_out_layouts import HELD_OUT_LAYOUTS
from server.demo.sample_papers.layouts import TRAIN_LAYOUTS
from server.demo.sample_papers.names import HELD_OUT_NAMES, TRAIN_NAMES


@pytest.fixture(scope="module")
def papers() -> list[Document]:
    return sample_papers()


def _held_out(paper: Document) -> bool:
    return side_of(text_hash(paper.text), SHARE) == "held_out"


def test_there_are_at_least_a_hundred_and_fifty_different_papers(papers: list[Document]) -> None:
    assert len({text_hash(paper.text) for paper in papers}) == len(papers) >= 150


def test_the_same_arguments_give_the_same_papers(papers: list[Document]) -> None:
    assert sample_papers() == papers
    assert sample_papers(5, seed=2) != papers[:5]


def test_every_paper_has_gold_that_starts_and_ends_with_a_word(papers: list[Document]) -> None:
    for paper in papers:
        assert paper.spans
        for span in paper.spans:
            gold = paper.text[span.start : span.end]
            assert gold == gold.strip()
            assert gold[0].isalnum()
            assert gold[-1].isalnum()
            assert "@" not in gold


def test_papers_name_only_cities_of_their_own_side(papers: list[Document]) -> None:
    for side, others in ((True, TRAIN_NAMES), (False, HELD_OUT_NAMES)):
        cities = [city.name.split(",")[0] for city in others.cities]
        for paper in papers:
            if _held_out(paper) == side:
                assert not [city for city in cities if city.casefold() in paper.text.casefold()]


def test_gold_names_an_institution(papers: list[Document]) -> None:
    patterns = " ".join([*TRAIN_NAMES.institutions, *HELD_OUT_NAMES.institutions]).casefold()
    known = set(re.findall(r"\w{4,}", patterns))
    golds = [p.text[s.start : s.end].casefold() for p in papers for s in p.spans]
    # Scanning errors may have changed the word in a few.
    assert sum(bool(known & set(re.findall(r"\w+", g))) for g in golds) > 0.95 * len(golds)


def test_spans_of_one_paper_do_not_overlap(papers: list[Document]) -> None:
    for paper in papers:
        for left, right in zip(paper.spans, paper.spans[1:], strict=False):
            assert left.end < right.start


def test_some_affiliations_run_over_several_lines(papers: list[Document]) -> None:
    wrapped = [s for p in papers for s in p.spans if "\n" in p.text[s.start : s.end]]
    assert len(wrapped) > 50


def test_the_hash_holds_out_exactly_the_papers_of_held_out_layouts(papers: list[Document]) -> None:
    held_out = {layout.__name__ for layout in HELD_OUT_LAYOUTS}
    trained_on = {layout.__name__ for layout in TRAIN_LAYOUTS}
    assert not held_out & trained_on
    assert {str(p.meta["layout"]) for p in papers if _held_out(p)} == held_out
    assert {str(p.meta["layout"]) for p in papers if not _held_out(p)} == trained_on
    assert sum(map(_held_out, papers)) == len(papers) * SHARE


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5])
def test_sides_follow_the_share_that_the_project_sets(share: float) -> None:
    held_out = {layout.__name__ for layout in HELD_OUT_LAYOUTS}
    for paper in sample_papers(20, share=share):
        side = side_of(text_hash(paper.text), share)
        assert (side == "held_out") == (paper.meta["layout"] in held_out)


def test_some_spans_follow_characters_that_utf16_counts_twice(
    papers: list[Document],
) -> None:
    after_emoji = [
        paper
        for paper in papers
        if any(ord(character) > 0xFFFF for character in paper.text[: paper.spans[-1].start])
    ]
    accented = [p for p in papers if any(unicodedata.decomposition(c) for c in p.text)]
    assert len(after_emoji) >= 20
    assert len(accented) >= 100


def test_some_papers_are_longer_than_a_window(papers: list[Document]) -> None:
    tokenizer = load_tokenizer(resolve_base_model("bundled"))
    long = [paper for paper in papers if len(tokenizer(paper.text).input_ids) > 512]
    assert 8 <= len(long) <= 20
    beyond = [p for p in long if len(tokenizer(p.text[: p.spans[-1].start]).input_ids) > 512]
    assert beyond
