"""The rules of promotion that are compared."""

from collections.abc import Callable, Mapping

from worker.project_settings import PromotionSettings
from worker.retrain.policies.promotion_policy import PromotionEvidence, decide_promotion

# Whether a challenger with this evidence is promoted. There is always a champion.
Rule = Callable[[PromotionEvidence], bool]

_SETTINGS = PromotionSettings()
# What nerloop did before: the lower end of the 95 % interval decides, with few documents the point
# estimate.
_MARGIN, _MIN_DOCUMENTS, _MIN_SPANS = -0.01, 10, 30


def is_full(evidence: PromotionEvidence) -> bool:
    """Whether there are enough documents and spans for a verdict that is not provisional."""
    enough = evidence.documents >= _SETTINGS.min_documents
    return enough and evidence.spans >= _SETTINGS.min_spans


def _always(_evidence: PromotionEvidence) -> bool:
    return True


def _point_estimate(evidence: PromotionEvidence) -> bool:
    return evidence.difference is not None and evidence.difference.difference >= 0


def _interval(evidence: PromotionEvidence) -> bool:
    measured = evidence.difference
    if measured is None or evidence.documents < _MIN_DOCUMENTS or evidence.spans < _MIN_SPANS:
        return _point_estimate(evidence)
    return measured.difference - 1.96 * measured.standard_error > _MARGIN


def posterior(gain: float, deviation: float, label_max_fall: float = 1.0) -> Rule:
    """The rule of nerloop with other settings; without label guards by default."""
    settings = _SETTINGS.model_copy(
        update={
            "usual_gain": gain,
            "usual_deviation": deviation,
            "label_max_fall": label_max_fall,
        }
    )
    return lambda evidence: decide_promotion(evidence, settings).promote


RULES: Mapping[str, Rule] = {
    "everything is promoted": _always,
    "95 % interval above −0.01 (before)": _interval,
    "point estimate": _point_estimate,
    "posterior mean, gain 0.01 ± 0.03": posterior(0.01, 0.03),
    "nerloop without label guards": posterior(_SETTINGS.usual_gain, _SETTINGS.usual_deviation),
    "nerloop": lambda evidence: decide_promotion(evidence, _SETTINGS).promote,
}
