import math
from itertools import pairwise

import numpy as np
import pytest

from ner.decoding.transitions import Transitions, learn_transitions
from ner.tags import tag_names
from ner.text.positions import TokenPosition, token_positions

WEIGHT = 0.4
O, B_X, I_X, B_Y, I_Y = range(5)  # noqa: E741


def tagged(
    *tags: int, inside: tuple[int, ...] = (), lines: tuple[int, ...] = ()
) -> tuple[np.ndarray, np.ndarray]:
    """A document's tags and its tokens' positions; `inside` words and at the start of `lines`."""
    positions = np.full(len(tags), TokenPosition.WORD)
    positions[[*inside]] = TokenPosition.INSIDE_WORD
    positions[[*lines]] = TokenPosition.LINE
    return np.array(tags, dtype=np.int64), positions


TINY = [tagged(O, B_X, I_X, O), tagged(B_X, O)]


def test_a_weight_is_the_information_of_two_tags_about_each_other() -> None:
    weights = learn_transitions(TINY, ["X"], weight=WEIGHT).weights
    assert weights is not None
    # Among the tags that follow another, O occurs 2 times, B and I once; smoothing adds 0.5 to each
    # of them and to each pair.
    assert weights[O][B_X] == pytest.approx(WEIGHT * math.log((1.5 / 2.0) / (1.5 / 5.5)), abs=1e-4)
    assert weights[B_X][I_X] == pytest.approx(
        WEIGHT * math.log((1.5 / 3.5) / (1.5 / 5.5)), abs=1e-4
    )
    assert weights[B_X][O] == pytest.approx(WEIGHT * math.log((1.5 / 3.5) / (2.5 / 5.5)), abs=1e-4)
    assert weights[I_X][I_X] == pytest.approx(
        WEIGHT * math.log((0.5 / 2.5) / (1.5 / 5.5)), abs=1e-4
    )
    assert weights[O][I_X] == 0.0


def test_tokens_that_begin_a_line_are_counted_separately() -> None:
    within = [tagged(O, B_X, I_X, I_X)] * 10
    lines = [tagged(I_X, B_X, lines=(1,)), tagged(O, O, lines=(1,))]
    apart = learn_transitions([*within, *lines], ["X"], weight=WEIGHT)
    assert apart.weights == learn_transitions(within, ["X"], weight=WEIGHT).weights
    assert apart.line_weights is not None
    assert apart.weights is not None
    assert apart.line_weights[I_X][B_X] == pytest.approx(
        WEIGHT * math.log((1.5 / 2.5) / (1.5 / 3.5)), abs=1e-4
    )
    assert apart.line_weights[I_X][B_X] > 0 > apart.weights[I_X][B_X]


def test_the_order_of_documents_does_not_matter() -> None:
    assert learn_transitions(TINY[::-1], ["X"], weight=WEIGHT) == learn_transitions(
        TINY, ["X"], weight=WEIGHT
    )


def test_a_label_without_spans_has_finite_weights() -> None:
    weights = learn_transitions(TINY, ["X", "Y"], weight=WEIGHT).weights
    assert weights is not None
    assert np.isfinite(weights).all()
    assert np.shape(weights) == (5, 5)


def test_without_a_token_nothing_is_learned() -> None:
    assert learn_transitions([], ["X"], weight=WEIGHT) == Transitions()
    assert learn_transitions([tagged()], ["X"], weight=WEIGHT) == Transitions()


@pytest.mark.parametrize(
    ("spans", "slips", "kept"),
    [(100, 0, True), (100, 5, True), (100, 6, False), (10, 2, True), (10, 3, False)],
)
def test_whole_words_are_kept_unless_more_boundaries_than_slips_are_inside_words(
    spans: int, slips: int, kept: bool
) -> None:
    # A span of one token has 2 boundaries; words that continue outside of spans do not count.
    tags = [O, B_X] * spans
    outside = range(len(tags) + 10, len(tags) + 50)
    document = tagged(*tags, *[O] * 50, inside=(*range(1, 1 + slips), *outside))
    assert learn_transitions([document], ["X"], weight=WEIGHT).whole_words is kept


@pytest.mark.parametrize(("parted", "apart"), [(0, False), (2, False), (3, True)])
def test_words_end_at_digits_where_spans_do(parted: int, apart: bool) -> None:
    tags, positions = tagged(*[O, B_X] * 100, O)
    positions[1 : 1 + parted] = TokenPosition.BESIDE_DIGIT
    learned = learn_transitions([(tags, positions)], ["X"], weight=WEIGHT)
    assert (learned.whole_words, learned.digits_apart) == (True, apart)


def test_boundaries_between_spans_that_touch_count_too() -> None:
    for tags in [(B_X, B_X, I_X), (B_X, B_Y, I_Y), (B_X, I_X, B_X)]:
        touching = next(i for i, pair in enumerate(pairwise(tags), 1) if pair[1] in (B_X, B_Y))
        documents = [tagged(*tags, inside=(touching,))] * 10
        assert not learn_transitions(documents, ["X", "Y"], weight=WEIGHT).whole_words


def test_without_a_boundary_whole_words_are_not_set() -> None:
    assert not learn_transitions([tagged(O, O, O, inside=(1, 2))], ["X"], weight=WEIGHT).whole_words
    assert not learn_transitions([tagged(B_X, I_X, inside=(1,))], ["X"], weight=WEIGHT).whole_words


def test_a_script_without_blanks_is_not_held_to_whole_words_but_others_are() -> None:
    text = "他在北京大学学习"
    offsets = [(index, index + 1) for index in range(len(text))]
    tags = np.array([O, O, B_X, I_X, I_X, I_X, O, O])
    learned = learn_transitions([(tags, token_positions(text, offsets))], ["X"], weight=0.0)
    steps = learned.steps(3)
    assert (steps[TokenPosition.UNSPACED] == steps[TokenPosition.WORD]).all()
    assert steps[TokenPosition.INSIDE_WORD][B_X, O] == -np.inf


@pytest.mark.parametrize(
    ("apart", "free"),
    [
        ({}, set()),
        ({"digits_apart": True}, {TokenPosition.BESIDE_DIGIT}),
        ({"unspaced_apart": True}, {TokenPosition.UNSPACED}),
    ],
)
def test_what_is_apart_is_free_for_spans_to_end(
    apart: dict[str, bool], free: set[TokenPosition]
) -> None:
    steps = Transitions(whole_words=True, **apart).steps(3)
    ends = {position for position in TokenPosition if np.isfinite(steps[position][B_X, O])}
    assert ends == {TokenPosition.WORD, TokenPosition.LINE} | free


@pytest.mark.parametrize("weights", [((0.0, math.inf), (0.0, 0.0)), ((0.0, 1.0),), ((math.nan,),)])
def test_weights_that_are_not_a_square_of_finite_numbers_are_refused(
    weights: tuple[tuple[float, ...], ...],
) -> None:
    with pytest.raises(ValueError, match="square of finite numbers"):
        Transitions(weights)
    with pytest.raises(ValueError, match="square of finite numbers"):
        Transitions(line_weights=weights)


def test_steps_are_minus_infinity_where_bio_or_a_word_forbids_them() -> None:
    weights = tuple(tuple(float(10 * a + b) for b in range(5)) for a in range(5))
    anywhere, inside, line = Transitions(weights, whole_words=True).steps(5)[:3]
    names = tag_names(["X", "Y"])
    for before, tag in np.ndindex(5, 5):
        continues = names[tag][0] == "I" and names[before][1:] == names[tag][1:]
        if continues or names[tag][0] != "I":
            assert anywhere[tag, before] == weights[before][tag]
        else:
            assert anywhere[tag, before] == -np.inf
        if continues or before == tag == O:
            assert inside[tag, before] == weights[before][tag]
        else:
            assert inside[tag, before] == -np.inf
    assert (line == anywhere).all()


def test_lines_have_weights_of_their_own() -> None:
    steps = Transitions(((1.0,) * 3,) * 3, line_weights=((2.0,) * 3,) * 3).steps(3)
    within, inside, line = steps[:3]
    assert {*within[np.isfinite(within)], *inside[np.isfinite(inside)]} == {1.0}
    assert {*line[np.isfinite(line)]} == {2.0}
    assert (np.isfinite(line) == np.isfinite(within)).all()


def test_without_whole_words_a_word_forbids_nothing() -> None:
    steps = Transitions().steps(3)
    assert (steps == steps[TokenPosition.WORD]).all()


def test_transitions_of_other_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="transitions of 1 tags do not fit 3"):
        Transitions(((0.0,),)).steps(3)
    with pytest.raises(ValueError, match="transitions of 1 tags do not fit 3"):
        Transitions(line_weights=((0.0,),)).steps(3)
