from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ner.decoding.decoding import Decoding, decode, log_softmax, stitch, viterbi
from ner.decoding.span_ends import Signs, SpanEnds
from ner.decoding.span_filter import SpanFilter
from ner.decoding.transitions import Transitions
from ner.spans import Span
from ner.text.positions import TokenPosition
from ner.text.windows import Window, split

LABELS = ("X", "Y")
PLAIN = Decoding(LABELS)
O, B_X, I_X, B_Y, I_Y = range(5)  # noqa: E741


def _scores(*tags, certainty=0.6):
    """Log probabilities in which each token's tag has `certainty` and the others share the rest."""
    rest = (1 - certainty) / 4
    return np.log(np.where(np.eye(5)[list(tags)] > 0, certainty, rest))


def _allowed(path):
    return all(
        tag not in (I_X, I_Y) or previous in (tag, tag - 1)
        for previous, tag in zip((O, *path), path, strict=False)
    )


@given(st.integers(1, 5).flatmap(lambda n: arrays(np.float64, (n, 5), elements=st.floats(-9, 0))))
def test_viterbi_finds_the_likeliest_allowed_sequence(log_probs):
    paths = [path for path in product(range(5), repeat=len(log_probs)) if _allowed(path)]
    rows = np.arange(len(log_probs))
    best = max(log_probs[rows, list(path)].sum() for path in paths)
    found = viterbi(log_probs, PLAIN)
    assert _allowed(found.tolist())
    assert log_probs[rows, found].sum() == pytest.approx(best)


def _sums(log_probs, positions, transitions):
    """Each allowed sequence of tags with its sum, and whether it keeps to whole words."""
    for path in product(range(5), repeat=len(log_probs)):
        if not _allowed(path):
            continue
        steps = list(pairwise(path))
        continues = [tag == before == O or tag in (I_X, I_Y) for before, tag in steps]
        total = log_probs[np.arange(len(path)), list(path)].sum()
        for (before, tag), position in zip(steps, positions[1:], strict=True):
            begins_line = position == TokenPosition.LINE
            weights = transitions.line_weights if begins_line else transitions.weights
            total += weights[before][tag]
        # Without `digits_apart` and `unspaced_apart` words go on there too.
        inside = ~np.isin(positions[1:], (TokenPosition.WORD, TokenPosition.LINE))
        yield path, total, all(on for on, word in zip(continues, inside, strict=True) if word)


@given(
    st.integers(1, 5).flatmap(
        lambda n: st.tuples(
            arrays(np.float64, (n, 5), elements=st.floats(-9, 0)),
            arrays(np.int64, n, elements=st.sampled_from(TokenPosition)),
        )
    ),
    arrays(np.float64, (2, 5, 5), elements=st.floats(-6, 6)),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_viterbi_finds_the_best_sequence_with_transitions_and_whole_words(
    document, weights, whole_words
):
    log_probs, positions = document
    within, lines = (tuple(map(tuple, matrix)) for matrix in weights.tolist())
    transitions = Transitions(within, whole_words, lines)
    sums = {
        path: total
        for path, total, whole in _sums(log_probs, positions, transitions)
        if whole or not whole_words
    }
    found = viterbi(log_probs, Decoding(LABELS, transitions), positions)
    assert sums[tuple(found.tolist())] == pytest.approx(max(sums.values()))


def test_whole_words_are_kept_to_without_transitions():
    log_probs = np.concatenate([_scores(B_X, certainty=0.5), _scores(O), _scores(O)])
    words = Decoding(LABELS, Transitions(whole_words=True))
    inside = np.array([TokenPosition.LINE, TokenPosition.INSIDE_WORD, TokenPosition.WORD])
    assert viterbi(log_probs, PLAIN, inside).tolist() == [B_X, O, O]
    assert viterbi(log_probs, words, inside).tolist() == [O, O, O]
    assert viterbi(log_probs, words).tolist() == [B_X, O, O]


def test_no_span_is_decoded_that_ends_inside_a_word():
    offsets = [(0, 2), (2, 5), (6, 7)]
    log_probs = np.concatenate([_scores(B_X, certainty=0.9), _scores(O, O)])
    words = Decoding(LABELS, Transitions(whole_words=True))
    assert decode("abcde f", offsets, log_probs, PLAIN)[0] == (Span(0, 2, "X"),)
    assert decode("abcde f", offsets, log_probs, words)[0] == (Span(0, 5, "X"),)
    assert decode("ab-de f", offsets, log_probs, words)[0] == (Span(0, 2, "X"),)


def test_a_version_from_before_words_ended_at_digits_answers_as_it_was_measured():
    log_probs = np.concatenate([_scores(B_X, certainty=0.9), _scores(O)])
    for text in ("ab12", "ab大学"):
        old = Decoding(LABELS, Transitions(whole_words=True))
        assert decode(text, [(0, 2), (2, 4)], log_probs, old)[0] == (Span(0, 4, "X"),)
        new = Decoding(LABELS, Transitions(None, True, None, True, True))
        assert decode(text, [(0, 2), (2, 4)], log_probs, new)[0] == (Span(0, 2, "X"),)


def test_a_span_may_begin_with_a_line_and_not_within_it():
    never, often = np.zeros((5, 5)), np.zeros((5, 5))
    never[:, B_X], often[:, B_X] = -20, 20
    weights, lines = (tuple(map(tuple, each.tolist())) for each in (never, often))
    decoding = Decoding(LABELS, Transitions(weights, line_weights=lines))
    found, _ = decode("a b\nc", [(0, 1), (2, 3), (4, 5)], _scores(O, B_X, O), decoding)
    assert found == (Span(4, 5, "X"),)


def test_the_first_tag_has_nothing_before_it():
    weights = np.zeros((5, 5))
    weights[:, B_X] = -20
    decoding = Decoding(LABELS, Transitions(tuple(map(tuple, weights.tolist()))))
    assert viterbi(_scores(B_X, B_X), decoding).tolist() == [B_X, B_X - 1]


def test_a_span_scores_the_model_s_own_probabilities_with_transitions_too():
    weights = np.zeros((5, 5))
    weights[B_X, I_X] = 20
    decoding = Decoding(LABELS, Transitions(tuple(map(tuple, weights.tolist()))))
    spans, scores = decode("a b", [(0, 1), (2, 3)], _scores(O, O), decoding)
    assert spans == (Span(0, 3, "X"),)
    assert scores == pytest.approx((0.1,))


def test_transitions_between_other_labels_are_refused():
    with pytest.raises(ValueError, match="transitions of 3 tags do not fit 5"):
        Decoding(LABELS, Transitions(((0.0, 0.0, 0.0),) * 3))


def test_an_inside_tag_never_comes_first():
    assert viterbi(_scores(I_X, I_X), PLAIN).tolist() == [B_X, I_X]


def test_a_likely_end_makes_an_unlikely_beginning():
    log_probs = np.log([[0.5, 0.4, 0.05, 0.03, 0.02], [0.01, 0.01, 0.96, 0.01, 0.01]])
    assert viterbi(log_probs, PLAIN).tolist() == [B_X, I_X]


def test_a_tag_that_is_impossible_does_not_spoil_the_others():
    log_probs = np.full((3, 5), -np.inf)
    log_probs[[0, 1, 2], [B_Y, I_Y, O]] = 0
    assert viterbi(log_probs, PLAIN).tolist() == [B_Y, I_Y, O]


def test_a_token_without_a_possible_tag_does_not_spoil_the_others():
    log_probs = np.full((3, 5), -np.inf)
    log_probs[[0, 1, 2], [I_X, B_Y, I_Y]] = 0
    assert viterbi(log_probs, PLAIN).tolist()[1:] == [B_Y, I_Y]


def test_no_tokens_have_no_tags():
    assert viterbi(np.zeros((0, 0)), PLAIN).shape == (0,)
    assert decode("", [], np.zeros((0, 5)), PLAIN) == ((), ())


def test_without_labels_everything_is_outside():
    assert viterbi(np.zeros((3, 1)), Decoding(())).tolist() == [O, O, O]


@pytest.mark.parametrize("shape", [(3, 4), (3, 7), (3,)])
def test_scores_for_other_labels_are_refused(shape):
    with pytest.raises(ValueError, match="do not fit 2 labels"):
        viterbi(np.zeros(shape), PLAIN)


def test_scores_that_are_not_numbers_are_refused():
    with pytest.raises(ValueError, match="NaN"):
        viterbi(np.full((2, 5), np.nan), PLAIN)


def test_a_span_scores_the_geometric_mean_of_its_tags():
    log_probs = np.concatenate([_scores(B_X, certainty=0.9), _scores(I_X, certainty=0.4)])
    spans, scores = decode("ab cd", [(0, 2), (3, 5)], log_probs, PLAIN)
    assert spans == (Span(0, 5, "X"),)
    assert scores == pytest.approx((0.6,))


def test_a_certain_span_scores_no_more_than_1():
    log_probs = np.full((1, 5), -np.inf, np.float32)
    log_probs[0, B_X] = 1e-7
    assert decode("a", [(0, 1)], log_probs, PLAIN) == ((Span(0, 1, "X"),), (1.0,))


def test_spans_that_the_filter_does_not_keep_are_left_out_with_their_scores():
    log_probs = np.concatenate([_scores(B_X, B_X, certainty=0.5), _scores(B_Y, certainty=0.3)])
    offsets = [(0, 2), (3, 4), (5, 7)]
    filtered = Decoding(LABELS, span_filter=SpanFilter(0.4, (2, 0)))
    assert decode("ab c de", offsets, log_probs, PLAIN)[0] == (
        Span(0, 2, "X"),
        Span(3, 4, "X"),
        Span(5, 7, "Y"),
    )
    found = decode("ab c de", offsets, log_probs, filtered)
    assert found == ((Span(0, 2, "X"),), (pytest.approx(0.5),))


def test_ends_are_adjusted_by_label_and_before_the_filter_with_the_score_of_the_tags():
    log_probs = np.concatenate([_scores(B_X, B_Y, certainty=0.5), _scores(B_Y, certainty=0.3)])
    dots = SpanEnds((Signs(), Signs()), (Signs(outside="."), Signs(inside=".")))
    adjusting = Decoding(LABELS, span_ends=dots, span_filter=SpanFilter(0.4))
    found = decode("ab. cd. ef", [(0, 3), (4, 6), (8, 10)], log_probs, adjusting)
    assert found == (
        (Span(0, 2, "X"), Span(4, 7, "Y")),
        (pytest.approx(0.5), pytest.approx(0.5)),
    )


def test_ends_for_other_labels_are_refused():
    with pytest.raises(ValueError, match="ends of spans of 1 labels do not fit 2"):
        Decoding(LABELS, span_ends=SpanEnds((Signs(),), (Signs(),)))


def test_a_filter_for_other_labels_is_refused():
    with pytest.raises(ValueError, match="a filter for 1 labels does not fit 2"):
        Decoding(LABELS, span_filter=SpanFilter(0.0, (1,)))


def test_white_space_at_a_span_s_ends_is_trimmed():
    offsets = [(0, 1), (1, 4), (4, 5)]
    spans, _ = decode("\n ab\n", offsets, _scores(B_X, I_X, I_X), PLAIN)
    assert spans == (Span(2, 4, "X"),)


def test_a_span_of_white_space_is_dropped_with_its_score():
    found = decode("\nab", [(0, 1), (1, 3)], _scores(B_X, B_Y), PLAIN)
    assert found == ((Span(1, 3, "Y"),), (pytest.approx(0.6),))


def test_adjacent_spans_of_one_label_stay_two():
    spans, _ = decode("ab", [(0, 1), (1, 2)], _scores(B_X, B_X), PLAIN)
    assert spans == (Span(0, 1, "X"), Span(1, 2, "X"))


def test_byte_tokens_of_one_character_are_not_two_spans():
    offsets = [(0, 1), (0, 1), (1, 2)]
    spans, scores = decode("😀b", offsets, _scores(B_X, B_Y, O), PLAIN)
    assert spans == (Span(0, 1, "X"),)
    assert len(scores) == 1


def test_scores_of_another_document_are_refused():
    with pytest.raises(ValueError, match="1 rows of scores for 2 tokens"):
        decode("ab", [(0, 1), (1, 2)], _scores(O), PLAIN)


def test_stitching_takes_each_token_from_the_window_that_decides_it():
    windows = split(20, 8, 4)
    pieces = [np.full((len(window), 5), float(n)) for n, window in enumerate(windows)]
    stitched = stitch(windows, pieces)
    assert stitched.shape == (20, 5)
    for number, window in enumerate(windows):
        assert (stitched[window.core_start : window.core_stop] == number).all()


def test_stitching_no_windows_gives_no_rows():
    assert len(stitch((), ())) == 0


def test_a_window_with_another_window_s_scores_is_refused():
    with pytest.raises(ValueError, match="3 rows of scores for the 4 tokens"):
        stitch([Window(0, 4, 0, 4)], [np.zeros((3, 5))])
    with pytest.raises(ValueError, match="zip"):
        stitch([Window(0, 4, 0, 4)], [])


def test_log_softmax_sums_to_one_and_does_not_overflow():
    log_probs = log_softmax(np.array([[1000.0, 0.0], [-1000.0, -1000.0]], np.float16))
    assert np.exp(log_probs).sum(axis=-1) == pytest.approx([1, 1])
    assert log_probs.dtype == np.float32
    assert log_probs[1] == pytest.approx(np.log([0.5, 0.5]))
