from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.warm.cell import RoundCell
from benchmarks.warm.rounds import Setting
from benchmarks.warm.running import jobs_of
from benchmarks.warm.table import Rounds, f1, mean_difference, render
from ner.scoring.bootstrap import paired
from ner.spans import Document, Span
from tests.support.training.measured_cells import MACHINE
from tests.support.training.warm_cells import keep_round


@pytest.fixture
def setting(easy: Path) -> Setting:
    return Setting(folder=easy, base_model="b", start=30, aside=6, step=4, rounds=2)


@pytest.fixture
def rounds(setting: Setting, tmp_path: Path) -> Rounds:
    """Warm finds one of two spans in a second, scratch both in ten."""
    cells = {}
    for seed in (1, 2):
        for job in jobs_of(setting, seed):
            warm = job.kind == "warm"
            cells[seed, job.round, job.kind] = keep_round(
                job, tmp_path, correct=1 if warm else 2, seconds=1.0 if warm else 10.0
            )
    return Rounds(cells)


def test_f1_is_that_of_all_documents_together() -> None:
    assert f1(((1, 2, 2), (2, 2, 2))) == pytest.approx(0.75)
    assert f1(((0, 0, 0),)) == 0.0


def test_the_table_shows_f1_its_difference_time_and_forgetting(
    setting: Setting, rounds: Rounds
) -> None:
    report = render(setting, rounds, code="c0de")
    assert "| 2 | 38 | 1.000 ± 0.000 | 0.500 ± 0.000 | -0.500 |" in report
    assert "| mean F1 on dev, warm minus scratch | -0.500 (-0.500 to -0.500) |" in report
    assert "| time of all rounds, warm against scratch | 0.10 × |" in report
    for part in ("aside", "learned"):
        assert f"| F1 on {part}, last warm minus start | -0.500 (-0.500 to -0.500) |" in report


def test_machines_libraries_base_model_and_older_code_stand_below(
    setting: Setting, rounds: Rounds
) -> None:
    changed = replace(rounds.cells[2, 1, "warm"], machine=replace(MACHINE, cores=4), code="old")
    report = render(setting, Rounds({**rounds.cells, (2, 1, "warm"): changed}), code="c0de")
    assert f"Base model: b. Measured on {MACHINE}; {changed.machine}; with torch 2.13.0." in report
    assert "Measured before the code last changed: warm (seed 2, rounds 1).\n" in report
    assert "last changed" not in render(setting, rounds, code="c0de")


def with_counts(cell: RoundCell, counts: list[tuple[int, int, int]]) -> RoundCell:
    return replace(cell, counts={**cell.counts, "dev": tuple(counts)})


def test_the_interval_of_one_round_is_that_of_the_paired_bootstrap(rounds: Rounds) -> None:
    random = np.random.default_rng(3)
    gold = [Document("x" * 9, (Span(0, 1, "A"), Span(2, 3, "A"))) for _ in range(60)]
    found = [[spans[: random.integers(0, 3)] for spans in (d.spans for d in gold)] for _ in "ab"]
    sides = [
        [[with_counts(rounds.cells[1, 1, "warm"], [(len(s), len(s), 2) for s in predicted])]]
        for predicted in found
    ]
    measured = mean_difference(sides[1], sides[0], "dev")
    expected = paired(gold, found[0], found[1])
    assert measured.mean == pytest.approx(expected.difference)
    assert measured.low == pytest.approx(expected.low, abs=0.02)
    assert measured.high == pytest.approx(expected.high, abs=0.02)


def test_the_same_documents_in_all_seeds_and_rounds_make_no_narrower_interval(
    rounds: Rounds,
) -> None:
    random = np.random.default_rng(5)
    cells = [
        with_counts(rounds.cells[1, 1, "warm"], [(int(n), 2, 2) for n in random.integers(0, 3, 60)])
        for _ in "ab"
    ]
    once = mean_difference([[cells[0]]], [[cells[1]]], "dev")
    often = mean_difference([[cells[0]] * 4] * 3, [[cells[1]] * 4] * 3, "dev")
    assert often.mean == pytest.approx(once.mean)
    assert (often.low, often.high) == (pytest.approx(once.low), pytest.approx(once.high))
