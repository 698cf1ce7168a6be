"""Decides whether a challenger is promoted: pure functions that give their reasons as sentences.

docs/policy.md states the rules for users; `benchmarks/policy_replay` compares them with others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ner.scoring.difference import F1Difference
from worker.project_settings import PromotionSettings
from worker.wording import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionEvidence:
    """What is known of a challenger: scores on `documents` held-out documents with `spans` spans.

    `f1` is the challenger's strict micro F1. `difference` compares it with the champion's on the
    same documents, None without a champion; `labels` does so for each label in the gold.
    """

    documents: int
    spans: int
    f1: float
    difference: F1Difference | None = None
    labels: Mapping[str, F1Difference] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to promote. `provisional` is true when there were too few documents or spans."""

    promote: bool
    provisional: bool
    reasons: tuple[str, ...]


def decide_promotion(evidence: PromotionEvidence, settings: PromotionSettings) -> Verdict:
    """Decides whether the challenger becomes champion.

    It does when its F1 is expected to be higher than the champion's (see `expected_difference`) and
    no label is expected to fall by more than `label_max_fall`.
    """
    little = _little_data(evidence, settings)
    remarks = () if little is None else (f"provisional: {little}",)
    if evidence.difference is None:
        first = f"first model of the project, F1 {evidence.f1:.3f}"
        return Verdict(True, bool(remarks), (first, *remarks))
    expected = expected_difference(evidence.difference, settings)
    falls = _falls(evidence.labels, settings)
    compared = _compared(evidence.difference, evidence.documents, expected)
    return Verdict(expected > 0 and not falls, bool(remarks), (compared, *falls, *remarks))


def expected_difference(measured: F1Difference, settings: PromotionSettings) -> float:
    """The mean of the challenger's true F1 minus the champion's, after the measurement.

    Before it, the difference of two versions is taken to be normal with the mean and deviation of
    the settings; the measured one is normal around the true one with its standard error. Their
    posterior mean weighs both by precision (Gelman et al. 2013, Bayesian Data Analysis, 2.5).
    """
    usual = settings.usual_deviation**2
    weight = usual / (usual + measured.standard_error**2)
    return settings.usual_gain + weight * (measured.difference - settings.usual_gain)


def _compared(measured: F1Difference, documents: int, expected: float) -> str:
    if measured.spans == 0:
        return "there is no held-out span to compare on yet, and a newer version is usually better"
    new, old = f"F1 {measured.challenger:.3f}", f"the champion's {measured.champion:.3f}"
    on = f"on {counted(documents, 'held-out document')}"
    if measured.difference > 0:
        beats = f"{new} beats {old} {on}"
        return beats if expected > 0 else f"{beats}, but not by enough"
    if measured.difference == 0:
        return f"{new} equals {old} {on}"
    if expected <= 0:
        return f"{new} falls short of {old} {on}"
    few = f"{counted(documents, 'held-out document')} cannot tell them apart"
    return f"{new} is below {old}, but {few}, and a newer version is usually better"


def _falls(labels: Mapping[str, F1Difference], settings: PromotionSettings) -> tuple[str, ...]:
    """One sentence for each label whose F1 is expected to fall by more than the settings allow."""
    return tuple(
        f"{label} falls from {measured.champion:.3f} to {measured.challenger:.3f} on "
        f"{counted(measured.spans, 'span')}"
        for label, measured in sorted(labels.items())
        if expected_difference(measured, settings) < -settings.label_max_fall
    )


def _little_data(evidence: PromotionEvidence, settings: PromotionSettings) -> str | None:
    if evidence.documents >= settings.min_documents and evidence.spans >= settings.min_spans:
        return None
    documents = counted(evidence.documents, "held-out document")
    return (
        f"only {documents} with {counted(evidence.spans, 'span')} to compare on, fewer than "
        f"{settings.min_documents} with {settings.min_spans}"
    )
