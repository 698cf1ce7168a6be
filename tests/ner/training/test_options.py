import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ner.errors import TrainingError
from ner.training.options import TrainingOptions, plan_for

OPTIONS = TrainingOptions(base_model="bundled")


@pytest.mark.parametrize(
    ("windows", "batch_size", "epochs"),
    [(1, 2, 30), (10, 2, 30), (20, 2, 20), (40, 4, 20), (80, 8, 20), (160, 8, 10), (1300, 8, 4)],
)
def test_small_corpora_have_small_batches_and_more_epochs(
    windows: int, batch_size: int, epochs: int
) -> None:
    plan = plan_for(OPTIONS, windows=windows, mean_window=300, hidden_size=384)
    assert (plan.batch_size, plan.epochs) == (batch_size, epochs)


@pytest.mark.parametrize(
    ("windows", "mean_window", "batch_size"),
    [(1300, 63.9, 16), (1300, 64, 8), (160, 30, 16), (159, 30, 8), (10, 30, 2)],
)
def test_short_windows_come_in_larger_batches(
    windows: int, mean_window: float, batch_size: int
) -> None:
    plan = plan_for(OPTIONS, windows=windows, mean_window=mean_window, hidden_size=384)
    assert plan.batch_size == batch_size


def test_a_training_has_ten_validations_however_long() -> None:
    plan = plan_for(OPTIONS, windows=1300, mean_window=300, hidden_size=384)
    assert (plan.steps, plan.validation_steps) == (652, 66)


def test_small_models_learn_at_a_higher_rate() -> None:
    for hidden_size, rate in ((512, 3e-4), (768, 5e-5)):
        plan = plan_for(OPTIONS, windows=10, mean_window=300, hidden_size=hidden_size)
        assert plan.learning_rate == rate


def test_chosen_values_override_the_rules() -> None:
    options = TrainingOptions(base_model="b", epochs=2, batch_size=5, learning_rate=1e-3)
    plan = plan_for(options, windows=11, mean_window=300, hidden_size=768)
    assert (plan.epochs, plan.batch_size, plan.steps, plan.learning_rate) == (2, 5, 6, 1e-3)


def test_a_warm_start_is_short_with_a_lower_rate_and_one_checkpoint_halfway() -> None:
    warm = TrainingOptions(base_model="b", warm_from=Path("v0003"))
    plan, cold = (
        plan_for(each, windows=100, mean_window=300, hidden_size=384) for each in (warm, OPTIONS)
    )
    assert plan.learning_rate == pytest.approx(0.4 * cold.learning_rate)
    assert plan.steps < cold.steps / 2
    assert (plan.epochs, plan.batch_size) == (3, 8)
    assert plan.steps / 2 < plan.validation_steps < plan.steps


def test_a_warm_start_can_be_validated() -> None:
    warm = TrainingOptions(base_model="b", warm_from=Path("v0003"), validation_share=0.2)
    plan = plan_for(warm, windows=100, mean_window=300, hidden_size=384)
    assert plan.validation_steps == math.ceil(plan.steps / 10)


def test_a_warm_start_reduces_chosen_epochs_and_rate_and_leaves_the_rest() -> None:
    chosen = TrainingOptions(base_model="b", epochs=10, learning_rate=1e-3, batch_size=5)
    warm = chosen.continuing_from(Path("models/v0003"))
    assert (warm.epochs, warm.learning_rate, warm.batch_size) == (3, pytest.approx(4e-4), 5)
    assert warm.warm_from == Path("models/v0003")
    assert OPTIONS.continuing_from(Path("v")) == replace(OPTIONS, warm_from=Path("v"))
    assert replace(OPTIONS, epochs=1).continuing_from(Path("v")).epochs == 1


def test_parameters_are_json_without_what_has_no_effect() -> None:
    options = TrainingOptions(
        base_model="b", warm_from=Path("somewhere/v0003"), report_to=("mlflow",)
    )
    assert options.parameters["warm_from"] == "v0003"
    assert "report_to" not in options.parameters
    assert json.loads(json.dumps(options.parameters)) == options.parameters


@pytest.mark.parametrize(
    "wrong",
    [
        {"epochs": 0},
        {"learning_rate": 2.0},
        {"batch_size": 0},
        {"window": 4},
        {"overlap": 300},
        {"dropout": 1.0},
        {"validation_share": 0.9},
        {"spanless_share": 0.0},
        {"patience": 0},
        {"replay": -1.0},
        {"seed": -1},
    ],
)
def test_a_wrong_option_is_refused_by_name_and_value(wrong: dict[str, Any]) -> None:
    ((name, value),) = wrong.items()
    with pytest.raises(TrainingError, match=f"{name} = {value}"):
        TrainingOptions(base_model="b", **wrong)
