"""The table that compares warm rounds with those from scratch: F1, time, forgetting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from benchmarks.cells.tables import markdown, mean_and_sd, provenance
from benchmarks.warm.cell import DocumentCounts, RoundCell
from benchmarks.warm.rounds import RoundKind, ScoredPart, Setting

SAMPLES = 2000
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Rounds:
    """The cells of a setting by seed, round and kind; round 0 is the start."""

    cells: Mapping[tuple[int, int, RoundKind], RoundCell]

    @property
    def seeds(self) -> list[int]:
        """The seeds, sorted."""
        return sorted({seed for seed, _, _ in self.cells})

    @property
    def numbers(self) -> list[int]:
        """The numbers of the rounds after the start, sorted."""
        return sorted({number for _, number, _ in self.cells if number})

    def over_seeds(self, number: int, kind: RoundKind) -> list[RoundCell]:
        """The cells of one round, one for each seed."""
        return [self.cells[seed, number, kind] for seed in self.seeds]

    def later(self, kind: RoundKind) -> list[list[RoundCell]]:
        """The cells of the rounds after the start, a list for each seed."""
        return [[self.cells[seed, n, kind] for n in self.numbers] for seed in self.seeds]

    def start(self) -> list[list[RoundCell]]:
        """For each seed, the cell of the start, repeated for every later round."""
        return [[self.cells[seed, 0, "scratch"]] * len(self.numbers) for seed in self.seeds]


@dataclass(frozen=True, slots=True)
class RoundDifference:
    """The mean of an F1 minus another over rounds and seeds, with an interval over documents."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:+.3f} ({self.low:+.3f} to {self.high:+.3f})"


def f1(counts: DocumentCounts) -> float:
    """Strict micro F1 from counts of single documents."""
    return float(_f1(np.array(counts, dtype=np.int64).reshape(-1, 3).sum(axis=0)))


def mean_difference(
    ours: Sequence[Sequence[RoundCell]], theirs: Sequence[Sequence[RoundCell]], part: ScoredPart
) -> RoundDifference:
    """Our F1 minus theirs, with a paired bootstrap: both are scored on the same resamples."""
    means, resampled = [], []
    for our_rounds, their_rounds in zip(ours, theirs, strict=True):
        first, second = _stack(our_rounds, part), _stack(their_rounds, part)
        n_documents = first.shape[1]
        # The same generator for each seed: all have the same dev documents, resampled together.
        random = np.random.default_rng(1)
        drawn = random.multinomial(n_documents, [1 / n_documents] * n_documents, size=SAMPLES)
        means.append((_f1(first.sum(axis=1)) - _f1(second.sum(axis=1))).mean())
        resampled.append((_drawn_f1(drawn, first) - _drawn_f1(drawn, second)).mean(axis=1))
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(np.mean(resampled, axis=0), [tail, 1 - tail])
    return RoundDifference(float(np.mean(means)), float(low), float(high))


def render(setting: Setting, rounds: Rounds, *, code: str) -> str:
    """The tables as markdown; `code` is the present hash of the recipe's code."""
    cells = rounds.cells.values()
    head = (
        f"## Warm retraining: {setting.corpus}\n\n{setting.rounds} rounds of {setting.step} "
        f"documents after a start with {setting.start}; seeds {', '.join(map(str, rounds.seeds))}; "
        f"recipe {setting.recipe}; warm {', '.join(setting.changes) or 'as by default'}. Each warm "
        "round continues from the one before. Strict F1."
    )
    explained = (
        f"*Aside* are {setting.aside} documents drawn together with those of the start and never "
        "trained on; *learned* are those of the start themselves. Intervals are over documents "
        "(95 %, paired bootstrap of the mean over all rounds and seeds)."
    )
    footnotes = provenance(
        base_models=[Path(setting.base_model).name],
        machines=[cell.machine for cell in cells],
        libraries=[cell.libraries for cell in cells],
        old=_older(rounds, code),
    )
    parts = [head, _by_round(rounds), _summary(rounds), explained, *footnotes]
    return "\n\n".join(parts) + "\n"


def _older(rounds: Rounds, code: str) -> list[str]:
    """The cells that other code than `code` measured: kind, seed and rounds."""
    numbers: dict[tuple[RoundKind, int], list[str]] = {}
    for (seed, number, kind), cell in sorted(rounds.cells.items(), key=lambda item: item[0]):
        if cell.code != code:
            numbers.setdefault((kind, seed), []).append(str(number))
    return [
        f"{kind} (seed {seed}, rounds {', '.join(found)})"
        for (kind, seed), found in numbers.items()
    ]


def _by_round(rounds: Rounds) -> str:
    header = (
        *("round", "documents", "scratch", "warm", "difference"),
        *("aside: scratch", "aside: warm", "seconds: scratch", "seconds: warm", "warm sees"),
    )
    start = rounds.over_seeds(0, "scratch")
    rows = [
        [
            *("start", _documents(start), _mean(start, "dev"), "", ""),
            *(_mean(start, "aside"), "", _seconds(start), "", ""),
        ]
    ]
    for number in rounds.numbers:
        cold, warm = rounds.over_seeds(number, "scratch"), rounds.over_seeds(number, "warm")
        difference = fmean(_f1_of(warm, "dev")) - fmean(_f1_of(cold, "dev"))
        seen = fmean(cell.documents - cell.passed_over for cell in warm)
        rows.append(
            [
                *(str(number), _documents(cold), _mean(cold, "dev"), _mean(warm, "dev")),
                *(f"{difference:+.3f}", _mean(cold, "aside"), _mean(warm, "aside")),
                *(_seconds(cold), _seconds(warm), f"{seen:.0f}"),
            ]
        )
    return markdown(header, rows)


def _summary(rounds: Rounds) -> str:
    warm, cold, start = rounds.later("warm"), rounds.later("scratch"), rounds.start()
    last = [group[-1:] for group in warm]
    times = [sum(cell.seconds for group in side for cell in group) for side in (warm, cold)]
    rows = [
        ["mean F1 on dev, warm minus scratch", str(mean_difference(warm, cold, "dev"))],
        ["time of all rounds, warm against scratch", f"{times[0] / times[1]:.2f} ×"],
    ]
    for part in ("aside", "learned"):
        rows += _forgetting(part, warm, cold, start, last)
    return markdown(("", "all rounds and seeds"), rows)


def _forgetting(
    part: ScoredPart,
    warm: Sequence[Sequence[RoundCell]],
    cold: Sequence[Sequence[RoundCell]],
    start: Sequence[Sequence[RoundCell]],
    last: Sequence[Sequence[RoundCell]],
) -> list[list[str]]:
    first = [group[:1] for group in start]
    return [
        [f"F1 on {part}, warm minus start", str(mean_difference(warm, start, part))],
        [f"F1 on {part}, last warm minus start", str(mean_difference(last, first, part))],
        [f"F1 on {part}, warm minus scratch", str(mean_difference(warm, cold, part))],
    ]


def _stack(cells: Sequence[RoundCell], part: ScoredPart) -> NDArray[np.int64]:
    """Shape [rounds, documents, 3]."""
    return np.array([cell.counts[part] for cell in cells], dtype=np.int64)


def _drawn_f1(drawn: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """F1 of each resample and round, shape [samples, rounds]."""
    return _f1(np.einsum("sd,rdc->src", drawn, counts))


def _f1(sums: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of sums of correct, predicted and gold spans in the last axis; 0 without any."""
    spans = sums[..., 1] + sums[..., 2]
    return np.where(spans == 0, 0.0, 2 * sums[..., 0] / np.maximum(spans, 1))


def _f1_of(cells: Sequence[RoundCell], part: ScoredPart) -> list[float]:
    return [f1(cell.counts[part]) for cell in cells]


def _mean(cells: Sequence[RoundCell], part: ScoredPart) -> str:
    return mean_and_sd(_f1_of(cells, part))


def _seconds(cells: Sequence[RoundCell]) -> str:
    return f"{fmean(cell.seconds for cell in cells):.1f}"


def _documents(cells: Sequence[RoundCell]) -> str:
    return f"{fmean(cell.documents for cell in cells):.0f}"
