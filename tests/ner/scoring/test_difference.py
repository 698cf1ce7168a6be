"""The difference of two models' F1 and its standard error."""

import math

import numpy as np
import pytest

from ner.scoring.difference import (
    USUAL_ERROR_OF_ONE_SPAN,
    difference_of,
    f1_difference,
)
from ner.spans import Document, Span

ORG, CITY = Span(0, 4, "ORG"), Span(5, 9, "CITY")
GOLD = [Document(text="Acme Oslo", spans=(ORG, CITY))] * 3


def counts(*rows: tuple[int, int, int]) -> np.ndarray:
    return np.array(rows, dtype=np.int64)


def test_both_models_and_their_difference_are_those_of_all_spans() -> None:
    measured = f1_difference(GOLD, [[ORG], [ORG], [ORG]], [[ORG, CITY], [ORG, CITY], []])
    assert measured.champion == pytest.approx(2 / 3)
    assert measured.challenger == pytest.approx(0.8)
    assert measured.difference == pytest.approx(0.8 - 2 / 3)
    assert measured.spans == 6


def test_a_label_alone_is_compared_on_its_own_spans() -> None:
    measured = f1_difference(GOLD, [[ORG]] * 3, [[ORG, CITY]] * 3, label="CITY")
    assert (measured.champion, measured.challenger, measured.spans) == (0.0, 1.0, 3)


def test_the_standard_error_is_that_of_resampled_documents() -> None:
    generator = np.random.default_rng(1)
    gold = generator.integers(1, 6, size=400)
    champion, challenger = (
        np.stack([generator.binomial(gold, share), gold, gold], axis=1) for share in (0.7, 0.8)
    )
    drawn = generator.integers(400, size=(2000, 400))
    resampled = [
        sums[:, 0] / sums[:, 1]
        for sums in (champion[drawn].sum(axis=1), challenger[drawn].sum(axis=1))
    ]
    measured = difference_of(champion, challenger).standard_error
    assert measured == pytest.approx(np.std(resampled[1] - resampled[0]), rel=0.1)


def test_with_one_document_the_error_is_the_usual_one() -> None:
    measured = difference_of(counts((1, 4, 4)), counts((4, 4, 4)))
    assert measured.standard_error == pytest.approx(USUAL_ERROR_OF_ONE_SPAN / math.sqrt(4))


def test_models_that_agree_on_few_documents_are_not_taken_to_be_equal() -> None:
    same = counts((3, 4, 4), (2, 2, 2))
    assert difference_of(same, same).standard_error > 0.1


@pytest.mark.parametrize("rows", [[], [(0, 0, 0)], [(0, 2, 0)]])
def test_without_gold_spans_nothing_is_known(rows: list[tuple[int, int, int]]) -> None:
    array = np.array(rows, dtype=np.int64).reshape(-1, 3)
    measured = difference_of(array, array)
    assert (measured.spans, measured.difference) == (0, 0.0)
    assert measured.standard_error == math.inf


def test_lengths_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match="3 documents but predictions for 1"):
        f1_difference(GOLD, [[ORG]], [[ORG]] * 3)
