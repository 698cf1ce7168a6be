"""When a challenger is promoted, and the sentences that say why."""

import math
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.scoring.difference import F1Difference
from worker.project_settings import PromotionSettings
from worker.retrain.policies.promotion_policy import (
    PromotionEvidence,
    Verdict,
    decide_promotion,
    expected_difference,
)

SETTINGS = PromotionSettings(
    usual_gain=0.01, usual_deviation=0.06, label_max_fall=0.05, min_documents=10, min_spans=30
)


def measured(champion: float, challenger: float, error: float, spans: int = 30) -> F1Difference:
    return F1Difference(champion=champion, challenger=challenger, spans=spans, standard_error=error)


def judge(
    difference: F1Difference | None,
    *,
    documents: int = 14,
    labels: Mapping[str, F1Difference] | None = None,
) -> Verdict:
    evidence = PromotionEvidence(
        documents=documents,
        spans=difference.spans if difference else 30,
        f1=difference.challenger if difference else 0.1,
        difference=difference,
        labels=labels or {},
    )
    return decide_promotion(evidence, SETTINGS)


def test_the_first_model_is_promoted() -> None:
    assert judge(None) == Verdict(True, False, ("first model of the project, F1 0.100",))


def test_the_first_model_is_provisional_when_there_is_little_data() -> None:
    evidence = PromotionEvidence(documents=0, spans=0, f1=0.0)
    assert decide_promotion(evidence, SETTINGS) == Verdict(
        True,
        True,
        (
            "first model of the project, F1 0.000",
            "provisional: only 0 held-out documents with 0 spans to compare on, fewer than 10 with "
            "30",
        ),
    )


@pytest.mark.parametrize(("documents", "spans"), [(9, 30), (10, 29)])
def test_a_comparison_on_little_data_is_provisional(documents: int, spans: int) -> None:
    verdict = judge(measured(0.7, 0.8, 0.1, spans), documents=documents)
    assert (verdict.promote, verdict.provisional) == (True, True)
    assert verdict.reasons[-1].startswith("provisional: only")


def test_a_better_challenger_is_promoted() -> None:
    assert judge(measured(0.844, 0.978, 0.05)) == Verdict(
        True, False, ("F1 0.978 beats the champion's 0.844 on 14 held-out documents",)
    )


def test_a_challenger_that_is_clearly_worse_is_refused() -> None:
    assert judge(measured(0.888, 0.8, 0.04), documents=40) == Verdict(
        False, False, ("F1 0.800 falls short of the champion's 0.888 on 40 held-out documents",)
    )


def test_a_challenger_that_is_worse_within_chance_is_promoted_and_the_reason_says_so() -> None:
    verdict = judge(measured(0.888, 0.885, 0.06))
    assert verdict.promote
    assert verdict.reasons == (
        "F1 0.885 is below the champion's 0.888, but 14 held-out documents cannot tell them apart, "
        "and a newer version is usually better",
    )


def test_an_equal_challenger_is_promoted() -> None:
    verdict = judge(measured(0.8, 0.8, 0.02))
    assert verdict.promote
    assert verdict.reasons == ("F1 0.800 equals the champion's 0.800 on 14 held-out documents",)


def test_without_evidence_a_newer_version_is_promoted() -> None:
    verdict = judge(measured(0.0, 0.0, math.inf, spans=0), documents=0)
    assert verdict.promote
    assert verdict.reasons[0] == (
        "there is no held-out span to compare on yet, and a newer version is usually better"
    )


def test_where_new_versions_are_usually_worse_a_small_gain_is_not_enough() -> None:
    settings = SETTINGS.model_copy(update={"usual_gain": -0.05})
    difference = measured(0.8, 0.81, 0.06)
    evidence = PromotionEvidence(documents=20, spans=30, f1=0.81, difference=difference)
    assert decide_promotion(evidence, settings) == Verdict(
        False,
        False,
        ("F1 0.810 beats the champion's 0.800 on 20 held-out documents, but not by enough",),
    )


def test_the_expected_difference_weighs_measurement_and_prior_by_their_precision() -> None:
    assert expected_difference(measured(0.5, 0.6, 0.06), SETTINGS) == pytest.approx(0.055)
    assert expected_difference(measured(0.5, 0.6, 0.0), SETTINGS) == pytest.approx(0.1)
    assert expected_difference(measured(0.5, 0.6, math.inf), SETTINGS) == 0.01


def test_a_challenger_is_refused_when_one_label_falls_too_far() -> None:
    labels = {"ORG": measured(0.9, 0.75, 0.03, 12), "CITY": measured(0.6, 0.8, 0.03, 20)}
    verdict = judge(measured(0.7, 0.75, 0.03), labels=labels)
    assert not verdict.promote
    assert verdict.reasons == (
        "F1 0.750 beats the champion's 0.700 on 14 held-out documents",
        "ORG falls from 0.900 to 0.750 on 12 spans",
    )


def test_the_fall_of_a_label_with_few_spans_may_be_chance() -> None:
    labels = {"ORG": measured(0.9, 0.75, 0.2, 2)}
    assert judge(measured(0.7, 0.75, 0.03), labels=labels).promote


UNIT = st.floats(min_value=0.0, max_value=1.0)


@given(f1=UNIT, better=UNIT, champion=UNIT, error=st.floats(min_value=0.001, max_value=1))
def test_a_better_challenger_is_never_refused_where_a_worse_one_is_promoted(
    f1: float, better: float, champion: float, error: float
) -> None:
    low, high = sorted((f1, better))

    def promoted(score: float) -> bool:
        of = measured(champion, score, error)
        return judge(of, labels={"ORG": of}).promote

    if promoted(low):
        assert promoted(high)
