"""Simulates rules of promotion on projects that grow to 750 documents."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from benchmarks.policy_replay.outcome import Outcome
from benchmarks.policy_replay.replay import WORSE
from benchmarks.policy_replay.rules import Rule
from benchmarks.policy_replay.sequence import held_out_count
from ner.scoring.difference import F1Difference
from worker.retrain.policies.promotion_policy import PromotionEvidence

PROJECTS = 2000
DOCUMENTS = 750
# The learning curve of affiliations in `benchmarks/README.md`: documents trained on, F1.
CURVE = ((5, 0.2), (10, 0.315), (25, 0.497), (50, 0.568), (100, 0.692), (200, 0.793), (505, 0.855))
# Standard deviations: of a measured difference with one held-out document, of a training.
ONE_DOCUMENT, TRAINING = 0.29, 0.015
SPANS_OF_A_DOCUMENT = 3.6
# One training in thirty is broken: it is worse by this.
BROKEN_SHARE, BROKEN = 1 / 30, 0.15


def simulate(
    rules: Mapping[str, Rule], *, projects: int = PROJECTS, seed: int = 1
) -> dict[str, Outcome]:
    """What each rule does in the same simulated projects."""
    outcomes = {name: Outcome() for name in rules}
    for number in range(projects):
        project = _draw_project(np.random.default_rng([seed, number]))
        for name, rule in rules.items():
            project.follow(rule, outcomes[name])
    return outcomes


def trainings() -> list[int]:
    """Approved documents at each training, as nerloop retrains by default."""
    approved = [5, 10, 20, 40]
    while approved[-1] < DOCUMENTS:
        approved.append(approved[-1] + min(20, round(approved[-1] / 4)))
    return approved[:-1]


@dataclass(frozen=True, slots=True)
class _Project:
    """True F1 of each training, and errors of the measurements in standard errors."""

    approved: tuple[int, ...]
    f1: tuple[float, ...]
    errors: tuple[float, ...]

    def follow(self, rule: Rule, outcome: Outcome) -> None:
        """The annotation as it goes, and what would happen to a challenger that is 0.1 worse."""
        champion = best = self.f1[0]
        steps = zip(self.approved[1:], self.f1[1:], self.errors[1:], strict=True)
        for approved, challenger, error in steps:
            worse = _measure(approved, champion, champion - 0.1, error)
            outcome.let_through(WORSE, worse, rule)
            is_promoted = rule(_measure(approved, champion, challenger, error))
            champion = challenger if is_promoted else champion
            best = max(best, challenger)
            outcome.promoted.append(is_promoted)
            outcome.regrets.append(best - champion)


def _draw_project(generator: np.random.Generator) -> _Project:
    approved = np.array(trainings())
    documents, scores = zip(*CURVE, strict=True)
    trained_on = [count - held_out_count(count) for count in approved.tolist()]
    f1 = np.interp(np.log(trained_on), np.log(documents), scores)
    f1 += generator.normal(0, TRAINING, len(approved))
    f1 -= BROKEN * (generator.random(len(approved)) < BROKEN_SHARE)
    errors = generator.normal(0, 1, len(approved))
    return _Project(tuple(approved.tolist()), tuple(f1.tolist()), tuple(errors.tolist()))


def _measure(approved: int, champion: float, challenger: float, error: float) -> PromotionEvidence:
    documents = held_out_count(approved)
    standard_error = ONE_DOCUMENT / math.sqrt(documents) if documents else math.inf
    measured = challenger + (error * standard_error if documents else 0.0)
    spans = round(SPANS_OF_A_DOCUMENT * documents)
    return PromotionEvidence(
        documents=documents,
        spans=spans,
        f1=measured,
        difference=F1Difference(
            champion=champion,
            challenger=measured,
            spans=spans,
            standard_error=standard_error,
        ),
    )
