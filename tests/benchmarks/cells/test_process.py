from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.cells import process
from benchmarks.cells.cell import CellJob
from benchmarks.recipes.task import Trained, TrainingTask
from ner.errors import TrainingError


def test_a_recipe_whose_tokens_are_not_counted_makes_no_cell(
    easy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def train(task: TrainingTask) -> Trained:
        return Trained(predict=lambda texts: [()] * len(texts))

    monkeypatch.setattr(process, "find_recipe", lambda _: SimpleNamespace(load=lambda: train))
    with pytest.raises(TrainingError, match="'nerloop' fed no tokens to a model"):
        process.measure(CellJob(folder=easy, recipe="nerloop", seed=1))
