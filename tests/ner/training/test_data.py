import itertools
from pathlib import Path

import numpy as np
import pytest

from ner.decoding.transitions import learn_transitions
from ner.models.base_model import load_tokenizer
from ner.spans import Document, Span
from ner.text.encoding import Encoder
from ner.text.positions import TokenPosition
from ner.training.data import (
    EpochOrder,
    Hiding,
    Split,
    TrainingExample,
    passed_over,
    prepare,
    split_validation,
    tagged_tokens,
)
from tests.support.models.easy_task import LABEL, easy_documents

DOCUMENTS = easy_documents(40)


def test_near_copies_stay_on_one_side() -> None:
    copies = [Document(d.text.upper(), d.spans) for d in DOCUMENTS]
    split = split_validation([*DOCUMENTS, *copies], share=0.25, seed=1)
    sides = [{d.text.casefold() for d in side} for side in (split.training, split.validation)]
    assert not sides[0] & sides[1]
    assert (len(split.training), len(split.validation)) == (60, 20)


def test_the_split_depends_on_the_seed_and_not_on_the_order() -> None:
    split = split_validation(DOCUMENTS, share=0.25, seed=1)
    assert split_validation(DOCUMENTS[::-1], share=0.25, seed=1) == split
    assert split_validation(DOCUMENTS, share=0.25, seed=2) != split


@pytest.mark.parametrize(
    "documents",
    [DOCUMENTS[:9], [DOCUMENTS[0], *(Document(d.text) for d in DOCUMENTS[1:])]],
    ids=["too few", "spans in one document alone"],
)
def test_without_enough_to_validate_on_all_are_trained_on(documents: list[Document]) -> None:
    split = split_validation(documents, share=0.2, seed=1)
    assert (len(split.training), split.validation) == (len(documents), ())


def test_examples_are_windows_with_special_tokens_ignored(tiny_base: Path) -> None:
    encoder = Encoder(load_tokenizer(str(tiny_base)).backend_tokenizer, window=16, overlap=4)
    part = prepare(DOCUMENTS[:3], encoder, [LABEL])
    assert len(part.examples) == sum(len(each.windows) for each in part.encoded) > 3
    for example in part.examples:
        assert len({len(column) for column in example.values()}) == 1
        assert len(example["input_ids"]) <= 16
        assert example["labels"][0] == example["labels"][-1] == -100
        assert -100 not in example["labels"][1:-1]


def test_spans_that_could_not_be_tagged_are_counted(tiny_base: Path) -> None:
    encoder = Encoder(load_tokenizer(str(tiny_base)).backend_tokenizer, window=16, overlap=4)
    document = Document("the authors", (Span(0, 3, LABEL), Span(0, 11, LABEL)))
    part = prepare([document], encoder, [LABEL])
    assert part.dropped == {"overlaps a span that was kept": 1}


def test_tags_of_whole_documents_come_with_the_positions_of_their_tokens(tiny_base: Path) -> None:
    encoder = Encoder(load_tokenizer(str(tiny_base)).backend_tokenizer, window=16, overlap=4)
    part = prepare([DOCUMENTS[0], Document("")], encoder, [LABEL])
    (tags, positions), (no_tags, no_positions) = tagged_tokens(part)
    assert len(tags) == len(positions) == len(part.encoded[0].ids) > 16
    assert tags.tolist().count(1) == len(DOCUMENTS[0].spans)
    seen = {TokenPosition.WORD, TokenPosition.INSIDE_WORD, TokenPosition.LINE}
    assert {*positions.tolist()} == seen
    assert (len(no_tags), len(no_positions)) == (0, 0)


def test_nothing_about_the_ends_of_words_is_learned_from_blanks_in_korean(tiny_base: Path) -> None:
    encoder = Encoder(load_tokenizer(str(tiny_base)).backend_tokenizer, window=16, overlap=4)
    korean = Document("어제 김민수 가 서울 에서", (Span(3, 6, LABEL), Span(9, 11, LABEL)))
    english = Document("now Ada in Lund is", (Span(4, 7, LABEL), Span(11, 15, LABEL)))
    for document, whole_words in ((korean, False), (english, True)):
        part = prepare([document] * 20, encoder, [LABEL])
        learned = learn_transitions(tagged_tokens(part), [LABEL], weight=0.0)
        assert learned.whole_words is whole_words


def test_documents_passed_over_have_no_text_of_a_validation_document() -> None:
    training, validation, others = DOCUMENTS[:5], DOCUMENTS[5:8], DOCUMENTS[8:12]
    copy = Document(validation[0].text.upper())
    split = Split(training, validation)
    assert passed_over([*training, copy, *others, *validation], split) == others


def example(length: int, mark: int) -> TrainingExample:
    return {"input_ids": [mark] * length, "labels": [1] * length}


def lengths_of(order: EpochOrder) -> list[int]:
    """The lengths of all examples, in order."""
    return [len(order[position]["input_ids"]) for position in range(len(order))]


@pytest.mark.parametrize("tokens", [1, 1000], ids=["in pieces", "whole"])
def test_an_epoch_has_every_example_once_and_another_order_than_the_next(tokens: int) -> None:
    examples = [example(length, length) for length in range(1, 24)]
    order = EpochOrder(examples, batch_size=4, seed=1, hiding=None, tokens_at_once=tokens)
    epochs = []
    for epoch in range(3):
        order.set_epoch(epoch)
        epochs.append(lengths_of(order))
    assert all(sorted(lengths) == list(range(1, 24)) for lengths in epochs)
    assert all(left != right for left, right in itertools.pairwise(epochs))
    order.set_epoch(0)
    assert lengths_of(order) == epochs[0]


@pytest.mark.parametrize("tokens", [1, 1000], ids=["in pieces", "whole"])
def test_an_epoch_has_a_share_of_the_examples_without_spans_and_the_next_one_others(
    tokens: int,
) -> None:
    spanless = [{"input_ids": [mark], "labels": [0]} for mark in range(1, 11)]
    order = EpochOrder(
        [example(1, 0), *spanless],
        batch_size=4,
        seed=1,
        hiding=None,
        tokens_at_once=tokens,
        spanless_share=0.5,
    )
    epochs = []
    for epoch in range(2):
        order.set_epoch(epoch)
        epochs.append({order[position]["input_ids"][0] for position in range(len(order))})
    assert epochs[0] & epochs[1] == {0}
    assert epochs[0] | epochs[1] == {*range(11)}


def test_other_words_are_hidden_in_each_epoch_and_the_same_after_a_restart() -> None:
    examples = [{"input_ids": [2, *range(10, 60), 3], "labels": [-100, *[0] * 50, -100]}] * 4
    epochs = []
    for epoch in (0, 1, 0):
        order = EpochOrder(examples, batch_size=2, seed=1, hiding=Hiding(0.3, 4), tokens_at_once=0)
        order.set_epoch(epoch)
        epochs.append([order[position]["input_ids"] for position in range(4)])
    assert epochs[0] == epochs[2]
    assert sorted(epochs[0]) != sorted(epochs[1])
    assert len({*map(tuple, epochs[0])}) == 4


def test_a_share_of_the_words_is_hidden_and_never_a_special_token() -> None:
    example = {"input_ids": [2, *[9] * 5000, 3], "labels": [-100, *[0] * 5000, -100]}
    hidden = Hiding(0.9, 4).hide(example, np.random.default_rng(1))
    assert (hidden["input_ids"][0], hidden["input_ids"][-1]) == (2, 3)
    assert 4400 < hidden["input_ids"].count(4) < 4600
    assert hidden["labels"] == example["labels"]


def test_examples_of_one_length_share_a_batch_that_goes_through_the_model_whole() -> None:
    examples = [example(length, 0) for length in (10, 300) * 32]
    kinds = []
    for tokens in (155 * 8, 155 * 8 - 1):
        order = EpochOrder(examples, batch_size=8, seed=1, hiding=None, tokens_at_once=tokens)
        lengths = lengths_of(order)
        kinds.append([len({*lengths[start : start + 8]}) for start in range(0, 64, 8)])
    assert kinds[0] == [1] * 8
    assert min(kinds[1]) > 1
