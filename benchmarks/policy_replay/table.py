"""The tables of a replay as markdown."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.cells.tables import markdown, provenance
from benchmarks.policy_replay.cell import ReplayCell
from benchmarks.policy_replay.outcome import Outcome
from benchmarks.policy_replay.replay import DRAWS, WORSE
from benchmarks.policy_replay.simulation import PROJECTS

_HEAD = ("rule", "regret", "promoted", "0.1 worse pass", "in full", "sabotaged pass", "in full")


def render(
    cells: Mapping[str, Sequence[ReplayCell]],
    replayed: Mapping[str, Mapping[str, Outcome]],
    simulated: Mapping[str, Outcome],
    *,
    code: str,
) -> str:
    """The report: a table for each corpus, one of the simulation, and what they mean."""
    parts = [f"## Rules of promotion\n\n{_EXPLAINED}"]
    for corpus, outcomes in replayed.items():
        trained = ", ".join(f"{_f1(cell):.3f}" for cell in cells[corpus] if cell.kind == "honest")
        parts += [f"### {corpus}", f"F1 of the honest trainings on the pool: {trained}."]
        parts.append(_table(outcomes))
    parts += [f"### Simulation of {PROJECTS} projects", _table(simulated)]
    flat = [cell for of_corpus in cells.values() for cell in of_corpus]
    parts += provenance(
        base_models=[Path(cell.base_model).name for cell in flat],
        machines=[cell.machine for cell in flat],
        libraries=[cell.libraries for cell in flat],
        old=_older(cells, code),
    )
    return "\n\n".join(parts) + "\n"


_EXPLAINED = (
    "*Regret* is the F1 of the best version so far minus that of the version served, mean over all "
    f"trainings but the first. A corpus is replayed with {DRAWS} draws of the held-out documents, "
    "which are a fifth of the approved ones; the truth is the F1 on the other documents that no "
    "training saw. *0.1 worse* are earlier or sabotaged versions whose F1 is lower by 0.07 to 0.13 "
    "on the truth (in the simulation by 0.1), set against each version. *Sabotaged* are trainings "
    "with a tenth of their spans shifted by ten characters, and with too few epochs, set against "
    "the champion of the time; some of these are better than it all the same. *In full* are the "
    "comparisons that are not provisional."
)


def _older(cells: Mapping[str, Sequence[ReplayCell]], code: str) -> list[str]:
    """The sequences with trainings that other code than `code` made."""
    return [
        f"{older} trainings of {name}"
        for name, of_corpus in cells.items()
        if (older := sum(cell.code != code for cell in of_corpus))
    ]


def _table(outcomes: Mapping[str, Outcome]) -> str:
    rows = [
        [
            name,
            f"{outcome.regret:.4f}",
            f"{outcome.share_promoted:.0%}",
            *_shares(outcome, WORSE),
            *_shares(outcome, "shifted", "short"),
        ]
        for name, outcome in outcomes.items()
    ]
    return markdown(_HEAD, rows)


def _shares(outcome: Outcome, *faults: str) -> list[str]:
    """The share that passes in all comparisons, and in full ones."""
    shares = [outcome.share_passed(*faults, full=full) for full in (False, True)]
    return ["" if share is None else f"{share:.1%}" for share in shares]


def _f1(cell: ReplayCell) -> float:
    correct, predicted, gold = cell.array(sorted(cell.counts)).sum(axis=(0, 1))
    return float(2 * correct / (predicted + gold))
