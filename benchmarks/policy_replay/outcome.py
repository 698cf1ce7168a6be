"""What a rule of promotion costs and what it lets through."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean

from benchmarks.policy_replay.rules import Rule, is_full
from worker.retrain.policies.promotion_policy import PromotionEvidence


@dataclass(slots=True)
class Outcome:
    """What one rule did, gathered over trainings.

    `regrets` has, for each training, the F1 of the best version so far minus that of the version
    served. `promoted` says for each challenger whether it was. `passed` does so for challengers
    that should not be, by what is wrong with them, and `passed_in_full` for those of them that were
    compared on enough documents and spans, so that the verdict is not provisional.
    """

    regrets: list[float] = field(default_factory=list)
    promoted: list[bool] = field(default_factory=list)
    passed: dict[str, list[bool]] = field(default_factory=dict)
    passed_in_full: dict[str, list[bool]] = field(default_factory=dict)

    def let_through(self, fault: str, evidence: PromotionEvidence, rule: Rule) -> None:
        """Counts a challenger that should not be promoted."""
        is_promoted = rule(evidence)
        self.passed.setdefault(fault, []).append(is_promoted)
        if is_full(evidence):
            self.passed_in_full.setdefault(fault, []).append(is_promoted)

    @property
    def regret(self) -> float:
        """The mean of `regrets`."""
        return fmean(self.regrets)

    @property
    def share_promoted(self) -> float:
        """The share of challengers that were promoted."""
        return fmean(self.promoted)

    def share_passed(self, *faults: str, full: bool = False) -> float | None:
        """The share of challengers with one of the faults that were promoted; None without any.

        With `full`, only those with a full comparison count.
        """
        passed = self.passed_in_full if full else self.passed
        found: Sequence[bool] = [each for fault in faults for each in passed.get(fault, ())]
        return fmean(found) if found else None
