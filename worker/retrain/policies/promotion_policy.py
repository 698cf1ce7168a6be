"""Decides whether a challenger is promoted: pure functions that give their reasons as sentences.

README.md documents these rules for users.
"""

from dataclasses import dataclass

from ner.scoring.bootstrap import PairedInterval
from ner.scoring.evaluation import Scores
from worker.settings import PromotionSettings
from worker.wording import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionEvidence:
    """Scores of both models on the same held-out documents.

    `champion` is None if there is none yet. `interval` is the paired 95 % interval of challenger
    minus champion in strict micro F1, None without a champion or without held-out documents.
    """

    challenger: Scores
    champion: Scores | None
    interval: PairedInterval | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to promote. `provisional` is true when there were too few documents or spans."""

    promote: bool
    provisional: bool
    reasons: tuple[str, ...]


def decide_promotion(evidence: PromotionEvidence, settings: PromotionSettings) -> Verdict:
    """Decides whether the challenger becomes champion.

    Raises ValueError when there is enough data for a full comparison but no interval.
    """
    challenger, champion = evidence.challenger, evidence.champion
    little = _little_data(challenger, settings)
    provisional = little is not None
    remarks = () if little is None else (f"provisional: {little}",)
    if champion is None:
        first = f"first model of the project, F1 {challenger.strict.micro.f1:.3f}"
        return Verdict(True, provisional, (first, *remarks))
    if provisional:
        new, old = challenger.strict.micro.f1, champion.strict.micro.f1
        promote = new >= old
        compared = "is not below" if promote else "is below"
        reason = f"F1 {new:.3f} {compared} the champion's {old:.3f}"
        return Verdict(promote, True, (reason, *remarks))
    return _compare(challenger, champion, evidence.interval, settings)


def _compare(
    challenger: Scores,
    champion: Scores,
    interval: PairedInterval | None,
    settings: PromotionSettings,
) -> Verdict:
    if interval is None:
        raise ValueError("a comparison with the champion needs the paired interval")
    above = interval.low > settings.margin
    measured = (
        f"F1 {challenger.strict.micro.f1:.3f} against the champion's "
        f"{champion.strict.micro.f1:.3f} on {counted(challenger.documents, 'held-out document')}"
    )
    bound = (
        f"the difference lies between {interval.low:+.3f} and {interval.high:+.3f} (95 %), its "
        f"lower end is {'' if above else 'not '}above {settings.margin:+.3f}"
    )
    falls = _falls(challenger, champion, settings)
    return Verdict(above and not falls, False, (measured, bound, *falls))


def _falls(challenger: Scores, champion: Scores, settings: PromotionSettings) -> tuple[str, ...]:
    """One sentence for each label whose F1 falls by more than the settings allow."""
    falls = []
    for label, before in champion.strict.labels.items():
        after = challenger.strict.labels.get(label)
        f1 = 0.0 if after is None else after.f1
        # Rounded because 0.90 - 0.85 is slightly more than 0.05 in floating point.
        fall = round(before.f1 - f1, 9)
        if before.support >= settings.label_min_spans and fall > settings.label_max_fall:
            falls.append(
                f"{label} falls from {before.f1:.3f} to {f1:.3f} on "
                f"{counted(before.support, 'span')}, by more than {settings.label_max_fall:.3f}"
            )
    return tuple(falls)


def _little_data(scores: Scores, settings: PromotionSettings) -> str | None:
    if scores.documents >= settings.min_documents and scores.spans >= settings.min_spans:
        return None
    have = f"{counted(scores.documents, 'held-out document')} with {counted(scores.spans, 'span')}"
    return (
        f"only {have} to compare on, a full comparison wants {settings.min_documents} with "
        f"{settings.min_spans}"
    )
