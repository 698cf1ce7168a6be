from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.cells import process
from benchmarks.cells.cell import CellJob
from benchmarks.cells.process import measure
from benchmarks.recipes.task import Trained, TrainingTask
from ner.errors import TrainingError


def test_a_recipe_whose_tokens_are_not_counted_makes_no_cell(
    easy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def train(task: TrainingTask) -> Trained:
        return Trained(predict=lambda texts: [()] * len(texts))

    monkeypatch.setattr(process, "find_recipe", lambda _: SimpleNamespace(load=lambda: train))
    with pytest.raises(TrainingError, match="'nerloop' fed no tokens to a model"):
        measure(CellJob(folder=easy, recipe="nerloop", seed=1))


def test_a_validation_part_is_reported_on_instead_of_dev(easy: Path, tiny_base: Path) -> None:
    recipe = "custom-ner+epochs=1"
    cell = measure(
        CellJob(folder=easy, recipe=recipe, seed=1, base_model=str(tiny_base), valid=0.2)
    )
    assert cell.corpus == "easy@valid"
    assert cell.documents == 48
    assert cell.scores["documents"] == 12


def test_a_part_of_a_corpus_is_trained_on(easy: Path, tiny_base: Path) -> None:
    recipe = "custom-ner+epochs=1"
    cell = measure(
        CellJob(folder=easy, recipe=recipe, seed=1, base_model=str(tiny_base), documents=20)
    )
    assert cell.documents == 20
    assert cell.scores["documents"] == 30


LEARNING = (
    "custom-ner+epochs=4+learning_rate=3e-3",
    "trainer-plain+epochs=4+learning_rate=3e-3+window=32+overlap=8",
    "nerloop+epochs=4+learning_rate=3e-3+validation_share=0.15",
)


@pytest.mark.parametrize("recipe", LEARNING, ids=lambda recipe: recipe.split("+")[0])
def test_a_recipe_learns_and_its_cost_is_known(easy: Path, tiny_base: Path, recipe: str) -> None:
    job = CellJob(folder=easy, recipe=recipe, seed=1, base_model=str(tiny_base))
    cell = measure(job)
    assert cell.figures.strict > 0.5
    assert cell.figures.partial >= cell.figures.strict == cell.figures.labels["ORG"]
    assert cell.documents == 60
    assert 0 <= cell.validation_seconds < cell.seconds < cell.wall_seconds
    # Between what torch alone takes and what would be another unit.
    assert 50 < cell.peak_memory_mib < 50_000
    ours = job.recipe.startswith("nerloop")
    assert bool(cell.curve) == ours == (cell.validation_seconds > 0)
