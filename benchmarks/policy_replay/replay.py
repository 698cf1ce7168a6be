"""Replays rules of promotion on kept predictions, with many draws of the held-out documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.policy_replay.cell import ReplayCell
from benchmarks.policy_replay.outcome import Outcome
from benchmarks.policy_replay.rules import Rule
from benchmarks.policy_replay.sequence import APPROVED, held_out_count
from ner.scoring.difference import difference_of
from worker.retrain.policies.promotion_policy import PromotionEvidence

DRAWS = 200
WORSE = "0.1 worse"
# A version is called 0.1 worse if its F1 is lower by as much as this.
WORSE_FROM, WORSE_TO = 0.07, 0.13


@dataclass(frozen=True, slots=True)
class _Draw:
    """A split of the pool: held-out documents in the order of their approval, and the truth."""

    held_out: NDArray[np.int64]
    truth: NDArray[np.int64]

    def evidence(
        self, approved: int, champion: "_Model", challenger: "_Model"
    ) -> PromotionEvidence:
        """As nerloop has it when so many documents are approved."""
        chosen = self.held_out[: held_out_count(approved)]
        old, new = champion.counts[chosen], challenger.counts[chosen]
        micro = difference_of(old.sum(axis=1), new.sum(axis=1))
        labels = {
            str(label): difference_of(old[:, label], new[:, label])
            for label in range(old.shape[1])
            if old[:, label, 2].any()
        }
        return PromotionEvidence(
            documents=len(chosen),
            spans=micro.spans,
            f1=micro.challenger,
            difference=micro,
            labels=labels,
        )

    def f1(self, model: "_Model") -> float:
        """The strict micro F1 on the documents of the truth."""
        correct, predicted, gold = model.counts[self.truth].sum(axis=(0, 1))
        return float(2 * correct / (predicted + gold))


@dataclass(frozen=True, slots=True, eq=False)
class _Model:
    """A training; `counts` has the shape [documents, labels, 3]."""

    approved: int
    kind: str
    counts: NDArray[np.int64]


def replay(
    cells: Sequence[ReplayCell], rules: Mapping[str, Rule], *, draws: int = DRAWS, seed: int = 1
) -> dict[str, Outcome]:
    """What each rule does with the trainings of one corpus and seed.

    In each draw, other documents of the pool are held out, in an order that stays: as many as a
    project of that size has. The others are the truth.
    """
    models = _models(cells)
    generator = np.random.default_rng(seed)
    outcomes = {name: Outcome() for name in rules}
    most = held_out_count(APPROVED[-1])
    for _ in range(draws):
        order = generator.permutation(len(models[0].counts))
        draw = _Draw(order[:most], order[most:])
        for name, rule in rules.items():
            _follow(draw, models, rule, outcomes[name])
            _challenge_with_worse(draw, models, rule, outcomes[name])
    return outcomes


def _models(cells: Sequence[ReplayCell]) -> list[_Model]:
    """The cells with the same labels, in the same order, for all of them."""
    labels = sorted({label for cell in cells for label in cell.counts})
    return [_Model(cell.approved, cell.kind, cell.array(labels)) for cell in cells]


def _follow(draw: _Draw, models: Sequence[_Model], rule: Rule, outcome: Outcome) -> None:
    """The annotation as it goes, and what would happen to each sabotaged challenger on the way."""
    honest = [model for model in models if model.kind == "honest"]
    champion, best = honest[0], draw.f1(honest[0])
    for challenger in honest[1:]:
        for sabotaged in models:
            if sabotaged.approved == challenger.approved and sabotaged.kind != "honest":
                evidence = draw.evidence(challenger.approved, champion, sabotaged)
                outcome.let_through(sabotaged.kind, evidence, rule)
        is_promoted = rule(draw.evidence(challenger.approved, champion, challenger))
        champion = challenger if is_promoted else champion
        best = max(best, draw.f1(challenger))
        outcome.promoted.append(is_promoted)
        outcome.regrets.append(best - draw.f1(champion))


def _challenge_with_worse(
    draw: _Draw, models: Sequence[_Model], rule: Rule, outcome: Outcome
) -> None:
    """Every version as champion, against each earlier or sabotaged one that is 0.1 worse."""
    for champion in (model for model in models if model.kind == "honest"):
        for worse in models:
            difference = draw.f1(champion) - draw.f1(worse)
            if WORSE_FROM <= difference <= WORSE_TO and worse.approved <= champion.approved:
                evidence = draw.evidence(champion.approved, champion, worse)
                outcome.let_through(WORSE, evidence, rule)
