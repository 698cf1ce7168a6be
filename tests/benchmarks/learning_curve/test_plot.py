from dataclasses import replace

import pytest

from benchmarks.cells.cell import Cell, CellFigures
from benchmarks.learning_curve.plot import Curve, Point, curves_of, ticks
from tests.support.training.measured_cells import CELL


def measured(corpus: str, step: int | None, documents: int, strict: float) -> Cell:
    figures = CellFigures(strict=strict, partial=strict, labels={})
    key = {"recipe": "nerloop", "documents": step}
    return replace(CELL, key=key, corpus=corpus, documents=documents, figures=figures)


def test_a_point_is_the_mean_of_a_step_at_the_documents_trained_on() -> None:
    cells = [
        measured("a", 10, 10, 0.5),
        measured("a", 10, 12, 0.7),
        measured("a", None, 60, 0.9),
        measured("b", 10, 10, 0.25),
    ]
    assert curves_of(cells) == [
        Curve("a", (Point(11, pytest.approx(0.6), pytest.approx(0.1 * 2**0.5)), Point(60, 0.9, 0))),
        Curve("b", (Point(10, 0.25, 0),)),
    ]


def test_labels_of_near_steps_do_not_overlap() -> None:
    assert ticks([10, 25, 500, 505, 505, 550, 2000]) == [2000, 550, 25, 10]
