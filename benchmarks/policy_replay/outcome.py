"""What a rule of promotion costs and what it lets through."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean


@dataclass(slots=True)
class Outcome:
    """What one rule did, gathered over trainings.

    `regrets` has, for each training, the F1 of the best version so far minus that of the version
    served. `promoted` says for each challenger whether it was. `passed` does so for challengers
    that should not be, by what is wrong with them.
    """

    regrets: list[float] = field(default_factory=list)
    promoted: list[bool] = field(default_factory=list)
    passed: dict[str, list[bool]] = field(default_factory=dict)

    def let_through(self, fault: str, is_promoted: bool) -> None:
        """Counts a challenger that should not be promoted."""
        self.passed.setdefault(fault, []).append(is_promoted)

    @property
    def regret(self) -> float:
        """The mean of `regrets`."""
        return fmean(self.regrets)

    @property
    def share_promoted(self) -> float:
        """The share of challengers that were promoted."""
        return fmean(self.promoted)

    def share_passed(self, *faults: str) -> float | None:
        """The share of challengers with one of the faults that were promoted; None without any."""
        found: Sequence[bool] = [each for fault in faults for each in self.passed.get(fault, ())]
        return fmean(found) if found else None
