import subprocess
import sys
from pathlib import Path

import click
import pytest

from benchmarks.recipes.catalogue import RECIPES, find_recipe
from benchmarks.recipes.options import CustomNerOptions, TrainerPlainOptions
from ner.training.options import TrainingOptions


def test_the_baselines_are_what_they_claim_to_be() -> None:
    assert find_recipe("custom-ner").options == CustomNerOptions(
        epochs=2, learning_rate=2e-5, batch_size=16, weight_decay=0.0, window=512
    )
    assert find_recipe("custom-ner-6").options == CustomNerOptions(epochs=6, learning_rate=5e-4)
    ours = TrainingOptions(base_model="bundled")
    assert find_recipe("trainer-plain").options == TrainerPlainOptions(
        epochs=6, learning_rate=5e-4, batch_size=16, window=ours.window, overlap=ours.overlap
    )
    assert find_recipe("nerloop").options == ours


def test_changed_parameters_are_part_of_the_name() -> None:
    recipe = find_recipe("nerloop+learning_rate=1e-3", ["bf16=false", "epochs=2"])
    assert recipe.name == "nerloop+learning_rate=0.001+bf16=false+epochs=2"
    assert recipe.parameters["learning_rate"] == 1e-3
    assert recipe.parameters["bf16"] is False
    assert recipe.parameters["epochs"] == 2
    assert find_recipe(recipe.name) == recipe


def test_base_model_and_seed_are_no_parameters_of_a_recipe() -> None:
    for recipe in RECIPES:
        assert not {"base_model", "seed"} & recipe.parameters.keys()
    with pytest.raises(click.BadParameter, match="cannot take 'seed=2'"):
        find_recipe("nerloop+seed=2")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nerlop", "there is no recipe 'nerlop': choose from custom-ner, "),
        ("custom-ner+dropout=0", "'custom-ner' cannot take 'dropout=0': .* epochs, learning_rate"),
        ("nerloop+epochs=two", "'nerloop', epochs = 'two': "),
        ("nerloop+epochs=0", "epochs = 0 must be at least 1"),
    ],
)
def test_a_recipe_that_cannot_be_is_named_with_what_can(text: str, problem: str) -> None:
    with pytest.raises(click.BadParameter, match=problem):
        find_recipe(text)


@pytest.mark.parametrize("program", ["quality", "learning_curve.__main__", "warm.__main__"])
def test_a_program_that_waits_for_the_cells_has_no_torch_in_memory(program: str) -> None:
    code = f"import sys, benchmarks.{program}; sys.exit('torch' in sys.modules)"
    root = Path(__file__).parents[3]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
