import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.crossval.span_probability import judge
from ner.decoding.decoding import Decoding, decode
from ner.spans import Span
from ner.token_scores import TokenScores

TEXT = "at Lyon University now"
OFFSETS = [(0, 2), (3, 7), (8, 18), (19, 22)]
# O, B-ORG, I-ORG of each token.
ROWS = [[0.9, 0.08, 0.02], [0.2, 0.7, 0.1], [0.04, 0.16, 0.8], [0.5, 0.1, 0.4]]


def scores(rows: list[list[float]] = ROWS) -> TokenScores:
    return TokenScores(OFFSETS, np.log(np.array(rows)))


@pytest.mark.parametrize(
    ("span", "probability", "outside"),
    [
        (Span(3, 18, "ORG"), 0.6, 0.04),  # the token after the span: 1 - 0.4 for not continuing it
        (Span(3, 7, "ORG"), 0.2, 0.2),  # the token after the span: 1 - 0.8
        (Span(3, 22, "ORG"), 0.4, 0.04),  # its last token
        (Span(0, 18, "ORG"), 0.08, 0.04),  # its first token
        (Span(19, 22, "ORG"), 0.1, 0.5),  # its only token, the last of the text
    ],
)
def test_a_span_is_as_probable_as_its_worst_token_and_the_end_after_it(
    span: Span, probability: float, outside: float
) -> None:
    (judged,) = judge(TEXT, [span], scores(), ["ORG"])
    assert judged.span == span
    assert judged.probability == pytest.approx(probability)
    assert judged.outside == pytest.approx(outside)


def test_each_label_has_tags_of_its_own() -> None:
    rows = [[0.1, 0.2, 0.3, 0.25, 0.15]] * 4
    org, per = judge(TEXT, [Span(3, 7, "ORG"), Span(3, 7, "PER")], scores(rows), ["PER", "ORG"])
    assert org.probability == pytest.approx(0.2)
    assert per.probability == pytest.approx(0.25)


def test_a_span_inside_a_token_counts_as_the_token() -> None:
    part, whole = judge(TEXT, [Span(4, 6, "ORG"), Span(3, 7, "ORG")], scores(), ["ORG"])
    assert (part.probability, part.outside) == (whole.probability, whole.outside)


def test_a_label_that_the_model_does_not_know_has_probability_0() -> None:
    (judged,) = judge(TEXT, [Span(3, 7, "PER")], scores(), ["ORG"])
    assert (judged.probability, judged.outside) == (0.0, pytest.approx(0.2))


def test_text_without_tokens_has_probability_0_inside_and_outside() -> None:
    no_tokens = TokenScores([], np.zeros((0, 0)))
    between, *_ = judge(TEXT, [Span(2, 3, "ORG")], scores(), ["ORG"])
    (empty,) = judge("  ", [Span(0, 1, "ORG")], no_tokens, ["ORG"])
    assert {between.probability, between.outside, empty.probability, empty.outside} == {0.0}


rows = st.lists(st.lists(st.floats(0.01, 1.0), min_size=5, max_size=5), min_size=4, max_size=4).map(
    lambda weights: [[each / sum(row) for each in row] for row in weights]
)


@given(rows)
def test_a_decoded_span_is_at_most_as_probable_as_its_score(rows: list[list[float]]) -> None:
    labels = ["ORG", "PER"]
    spans, means = decode(TEXT, OFFSETS, scores(rows).log_probs, Decoding((*labels,)))
    for judged, mean in zip(judge(TEXT, spans, scores(rows), labels), means, strict=True):
        assert 0.0 <= judged.probability <= mean + 1e-9
