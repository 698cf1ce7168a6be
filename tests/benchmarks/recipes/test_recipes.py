from pathlib import Path

import pytest

from benchmarks.cells.cell import CellJob
from benchmarks.cells.process import measure

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
