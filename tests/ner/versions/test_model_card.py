import dataclasses

import pytest

from ner.decoding.span_ends import Signs, SpanEnds
from ner.decoding.span_filter import SpanFilter
from ner.decoding.transitions import Transitions
from ner.scoring.evaluation import evaluate
from ner.spans import Document, Span
from ner.versions.manifest import Manifest
from ner.versions.model_card import render
from tests.support.models.model_folders import make_manifest

GOLD = [Document("Ada in Paris", (Span(0, 3, "PER"), Span(7, 12, "LOC")))]
SCORES = evaluate(GOLD, [[Span(0, 3, "PER")]])


def manifest(**changes: object) -> Manifest:
    return make_manifest(
        version="v0003",
        scores=SCORES.to_json(),
        documents=120,
        label_spans={"PER": 300, "LOC": 45},
        parameters={"learning_rate": 0.0005, "epochs": 6},
        libraries={"torch": "2.9.0"},
        **changes,
    )


def test_the_card_has_a_row_of_figures_for_each_label() -> None:
    lines = render(manifest()).splitlines()

    assert "| PER | 1.000 | 1.000 | 1.000 | 1 |" in lines
    assert "| LOC | 0.000 | 0.000 | 0.000 | 1 |" in lines
    assert "| *micro* | 1.000 | 0.500 | 0.667 | 2 |" in lines


def test_the_card_says_what_the_model_was_made_from() -> None:
    card = render(manifest(parent="v0002"))

    assert "| documents | 120 |" in card
    assert "| spans of `PER` | 300 |" in card
    assert "| learning_rate | 0.0005 |" in card
    assert "| torch | 2.9.0 |" in card
    assert "from the weights of `v0002`" in card
    assert f"`{'f' * 64}`" in card


def test_the_card_shows_how_to_load_the_model_without_nerloop() -> None:
    assert "AutoModelForTokenClassification.from_pretrained" in render(manifest())


def test_the_card_says_how_tags_become_spans() -> None:
    bare = render(manifest())
    learned = render(manifest(transitions=Transitions(((0.0,) * 5,) * 5, whole_words=True)))

    assert "an order that BIO allows" in bare
    assert "White space at the ends" in bare
    assert "training spans" not in bare
    assert "as counted in the training spans" in learned
    assert "inside a word" in learned
    assert "inside a word" not in bare


@pytest.mark.parametrize(("count", "words"), [(1, "1 document that"), (14, "14 documents that")])
def test_the_card_says_on_how_many_documents_it_was_measured(count: int, words: str) -> None:
    card = render(make_manifest(scores={"documents": count}))

    assert f"Measured on {words} the model was not trained on." in card


def test_the_card_says_where_words_end() -> None:
    whole = render(manifest(transitions=Transitions(whole_words=True)))
    apart = render(manifest(transitions=Transitions(None, True, None, True, True)))

    assert "except between a letter and a digit" not in whole
    assert "except between a letter and a digit; in scripts without blanks" in apart


def test_the_card_says_which_spans_are_left_out() -> None:
    bare = render(manifest())
    filtered = render(manifest(span_filter=SpanFilter(0.4, (2, 0))))

    assert "left out" not in bare
    assert "is below 0.4 are left out" in filtered
    assert "fewer letters and digits" in filtered
    assert "fewer letters" not in render(manifest(span_filter=SpanFilter(0.4, (0, 0))))


def test_the_card_says_where_signs_at_the_ends_are_adjusted() -> None:
    none, some = (Signs(),) * 2, (Signs(), Signs(outside="."))

    assert "brackets" not in render(manifest(span_ends=SpanEnds(none, none)))
    assert "nine in ten" in render(manifest(span_ends=SpanEnds(none, some)))
    assert "nine in ten" in render(manifest(span_ends=SpanEnds(some, none)))


def test_the_card_says_when_a_model_was_not_evaluated() -> None:
    card = render(dataclasses.replace(manifest(), scores=None))

    assert "Not evaluated." in card


def test_the_card_opens_with_the_head_that_the_hub_reads() -> None:
    _, head, _ = render(manifest()).split("---\n", 2)

    assert "pipeline_tag: token-classification\n" in head


def test_a_label_cannot_break_the_table() -> None:
    card = render(make_manifest(labels=("A|B",), label_spans={"A|B": 1}))

    assert "| spans of `A\\|B` | 1 |" in card
