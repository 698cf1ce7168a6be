import numpy as np

from ner.class_weights import IGNORED, class_weights

TAGS = [[IGNORED, 0, 0, 0, 0, 0, 0, IGNORED], [IGNORED, 1, 2, IGNORED]]


def test_none_are_no_weights() -> None:
    assert class_weights(TAGS, 3, "none") is None


def test_balanced_tags_have_the_same_total_weight_and_a_mean_of_one() -> None:
    weights = class_weights(TAGS, 3, "balanced")
    assert weights is not None
    totals = weights * [6, 1, 1]
    np.testing.assert_allclose(totals, totals[0], rtol=1e-6)
    np.testing.assert_allclose(totals.sum() / 8, 1.0, rtol=1e-6)


def test_square_roots_go_half_of_the_way() -> None:
    weights = class_weights(TAGS, 3, "sqrt")
    assert weights is not None
    np.testing.assert_allclose(weights[1] / weights[0], np.sqrt(6), rtol=1e-6)


def test_a_tag_that_never_occurs_has_a_finite_weight() -> None:
    weights = class_weights([[0, 0]], 3, "balanced")
    assert weights is not None
    assert np.isfinite(weights).all()
