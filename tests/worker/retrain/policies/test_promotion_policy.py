from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.scoring.bootstrap import PairedInterval
from ner.scoring.evaluation import Confusion, MatchScores, PrecisionRecallF1, Scores
from worker.retrain.policies.promotion_policy import PromotionEvidence, Verdict, decide_promotion
from worker.settings import PromotionSettings

SETTINGS = PromotionSettings()


def figures(f1: float, support: int) -> PrecisionRecallF1:
    return PrecisionRecallF1(precision=f1, recall=f1, f1=f1, support=support, predicted=support)


def scores(
    f1: float,
    *,
    documents: int = 10,
    spans: int = 30,
    labels: Mapping[str, tuple[float, int]] | None = None,
) -> Scores:
    by_label = {name: figures(*pair) for name, pair in (labels or {}).items()}
    level = MatchScores(micro=figures(f1, spans), macro=figures(f1, spans), labels=by_label)
    return Scores(
        strict=level,
        partial=level,
        confusion=Confusion(pairs={}, missed={}, spurious={}),
        interval=None,
        documents=documents,
        spans=spans,
    )


def between(low: float, high: float) -> PairedInterval:
    return PairedInterval(difference=(low + high) / 2, low=low, high=high, level=0.95)


def judge(
    challenger: Scores, champion: Scores | None, interval: PairedInterval | None = None
) -> Verdict:
    evidence = PromotionEvidence(challenger=challenger, champion=champion, interval=interval)
    return decide_promotion(evidence, SETTINGS)


def test_the_first_model_is_promoted() -> None:
    verdict = judge(scores(0.1), None)
    assert verdict == Verdict(True, False, ("first model of the project, F1 0.100",))


def test_the_first_model_is_provisional_when_there_is_little_data() -> None:
    verdict = judge(scores(0.0, documents=0, spans=0), None)
    assert (verdict.promote, verdict.provisional) == (True, True)
    assert verdict.reasons == (
        "first model of the project, F1 0.000",
        "provisional: only 0 held-out documents with 0 spans to compare on, a full comparison "
        "wants 10 with 30",
    )


@pytest.mark.parametrize(("documents", "spans"), [(9, 30), (10, 29), (0, 0)])
def test_with_little_data_the_point_estimate_decides_provisionally(
    documents: int, spans: int
) -> None:
    def few(f1: float) -> Scores:
        return scores(f1, documents=documents, spans=spans, labels={"ORG": (f1, 20)})

    same = judge(few(0.7), few(0.7))
    better = judge(few(0.701), few(0.7), between(-0.5, 0.5))
    worse = judge(few(0.699), few(0.7), between(-0.005, 0.5))
    verdicts = (same, better, worse)
    assert [verdict.promote for verdict in verdicts] == [True, True, False]
    assert all(verdict.provisional for verdict in verdicts)
    assert worse.reasons[0] == "F1 0.699 is below the champion's 0.700"


def test_with_enough_data_the_lower_end_of_the_interval_decides() -> None:
    verdict = judge(scores(0.75), scores(0.7), between(-0.0099, 0.11))
    assert verdict == Verdict(
        True,
        False,
        (
            "F1 0.750 against the champion's 0.700 on 10 held-out documents",
            "the difference lies between -0.010 and +0.110 (95 %), its lower end is above -0.010",
        ),
    )
    refused = judge(scores(0.75), scores(0.7), between(-0.01, 0.11))
    assert (refused.promote, refused.provisional) == (False, False)
    assert "its lower end is not above -0.010" in refused.reasons[1]


def test_a_slightly_worse_challenger_may_be_promoted_when_the_interval_is_narrow() -> None:
    assert judge(scores(0.695), scores(0.7), between(-0.008, -0.002)).promote


def test_a_challenger_is_refused_when_one_label_falls_too_far() -> None:
    champion = scores(0.7, labels={"ORG": (0.9, 10), "CITY": (0.6, 20)})
    falls = scores(0.75, labels={"ORG": (0.84, 10), "CITY": (0.7, 20)})
    verdict = judge(falls, champion, between(0.01, 0.1))
    assert not verdict.promote
    assert verdict.reasons[-1] == "ORG falls from 0.900 to 0.840 on 10 spans, by more than 0.050"


def test_a_label_may_fall_by_exactly_the_allowed_difference() -> None:
    champion = scores(0.7, labels={"ORG": (0.90, 10)})
    assert judge(scores(0.7, labels={"ORG": (0.85, 10)}), champion, between(0.0, 0.1)).promote


def test_the_fall_of_a_label_with_few_spans_is_ignored() -> None:
    champion = scores(0.7, labels={"ORG": (0.9, 9)})
    assert judge(scores(0.7, labels={"ORG": (0.0, 9)}), champion, between(0.0, 0.1)).promote


def test_a_label_missing_from_the_challengers_scores_falls_to_zero() -> None:
    champion = scores(0.7, labels={"ORG": (0.9, 10)})
    verdict = judge(scores(0.7), champion, between(0.0, 0.1))
    assert verdict.reasons[-1].startswith("ORG falls from 0.900 to 0.000")


def test_a_full_comparison_without_an_interval_raises() -> None:
    with pytest.raises(ValueError, match="paired interval"):
        judge(scores(0.8), scores(0.7))


UNIT = st.floats(min_value=0.0, max_value=1.0)
BOUND = st.floats(min_value=-0.5, max_value=0.5)


@given(
    f1=UNIT,
    better=UNIT,
    champion=UNIT,
    low=BOUND,
    higher=st.floats(min_value=0, max_value=0.5),
    documents=st.integers(min_value=0, max_value=20),
)
def test_a_better_challenger_is_never_refused_where_a_worse_one_is_promoted(
    f1: float, better: float, champion: float, low: float, higher: float, documents: int
) -> None:
    low_f1, high_f1 = sorted((f1, better))

    def verdict(score: float, bound: float) -> Verdict:
        def of(value: float) -> Scores:
            return scores(value, documents=documents, labels={"ORG": (value, 15)})

        return judge(of(score), of(champion), between(bound, bound + 0.1))

    if verdict(low_f1, low).promote:
        assert verdict(high_f1, low + higher).promote
