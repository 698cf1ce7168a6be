from dataclasses import replace

from benchmarks.cells.cell import Cell, CellFigures
from benchmarks.cells.tables import corpus_report
from tests.support.training.measured_cells import CELL, MACHINE


def scored(strict: float, **changes: object) -> Cell:
    figures = CellFigures(strict=strict, partial=strict + 0.1, labels={"ORG": strict, "LOC": 0.25})
    return replace(CELL, figures=figures, **changes)  # type: ignore[arg-type]


CELLS = (
    scored(0.6, title="trainer-plain", seconds=400.0, tokens_per_second=500.0),
    scored(0.8),
    scored(0.9, seed=2, seconds=120.0, peak_memory_mib=1600.0),
    scored(0.7, title="nerloop@adapted", base_model="adapted", code="old"),
)


def c0de(recipe: str) -> str:
    """The present state of the only recipe that the cells are of."""
    assert recipe == "nerloop"
    return "c0de"


def rows(report: str) -> dict[str, list[str]]:
    """The cells of each table row by its title; of the last table where several have it."""
    lines = [line.strip("| ").split(" | ") for line in report.splitlines() if line[:1] == "|"]
    return {line[0]: [value.strip() for value in line[1:]] for line in lines}


def test_seeds_are_averaged_and_compared_with_the_plain_trainer() -> None:
    recipes = rows(corpus_report("easy", CELLS, code=c0de).split("Strict F1 by label")[0])
    assert recipes["trainer-plain"] == [
        *("1", "0.600", "0.700", "400 s", "1.00 ×", "500", "1.00 ×", "10 s", "1,500 MiB")
    ]
    assert recipes["nerloop"] == [
        *("1, 2", "0.850 ± 0.071", "0.950 ± 0.071", "110 s", "0.28 ×", "2,000", "4.00 ×"),
        *("10 s", "1,600 MiB"),
    ]


def test_nothing_is_compared_across_base_models() -> None:
    recipes = rows(corpus_report("easy", CELLS, code=c0de).split("Strict F1 by label")[0])
    assert recipes["nerloop@adapted"][3:7] == ["100 s", "", "2,000", ""]


def test_nothing_is_compared_across_machines() -> None:
    elsewhere = replace(CELLS[2], machine=replace(MACHINE, processor="another"))
    recipes = rows(corpus_report("easy", [CELLS[0], elsewhere], code=c0de).split("Strict")[0])
    assert recipes["trainer-plain"][4] == "1.00 ×"
    assert (recipes["nerloop"][4], recipes["nerloop"][6]) == ("", "")


def test_seeds_on_several_machines_are_compared_on_those_of_the_plain_trainer() -> None:
    another = replace(MACHINE, processor="another")
    elsewhere = replace(CELLS[2], machine=another, seconds=50.0)
    ours = [CELLS[0], CELLS[1], elsewhere]
    recipes = rows(corpus_report("easy", ours, code=c0de).split("Strict")[0])
    assert recipes["nerloop"][3:7] == ["50 to 100 s", "0.25 ×", "2,000", "4.00 ×"]
    plain = replace(CELLS[0], machine=another, seed=2, seconds=100.0)
    recipes = rows(corpus_report("easy", [*ours, plain], code=c0de).split("Strict")[0])
    assert recipes["nerloop"][3:5] == ["50 to 100 s", "0.38 ×"]


def test_what_the_others_are_compared_with_stands_below_the_table() -> None:
    assert "are against trainer-plain on the same base model and machine." in corpus_report(
        "easy", CELLS, code=c0de
    )


def test_several_labels_have_a_table_of_their_own() -> None:
    report = corpus_report("easy", CELLS, code=c0de)
    assert "| recipe | LOC | ORG |" in report
    assert rows(report)["nerloop"] == ["0.250 ± 0.000", "0.850 ± 0.071"]
    assert "by label" not in corpus_report("easy", [CELL], code=c0de)


def test_memory_of_an_accelerator_is_shown() -> None:
    assert "1,500 MiB + 900 MiB on the accelerator" in corpus_report(
        "easy", [replace(CELL, peak_device_mib=900.0)], code=c0de
    )


def test_machine_libraries_and_older_code_stand_below() -> None:
    report = corpus_report("easy", CELLS, code=c0de)
    assert f"Base model: adapted, bundled. Measured on {MACHINE}; with torch 2.13.0." in report
    assert "Measured before the code last changed: nerloop@adapted (seed 1).\n" in report
    assert "last changed" not in corpus_report("easy", CELLS[:3], code=c0de)
