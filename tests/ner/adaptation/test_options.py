import json

import pytest

from ner.adaptation.options import (
    AdaptationOptions,
    AdaptationPlan,
    batch_tokens,
    plan_adaptation,
    plan_steps,
)
from ner.errors import TrainingError

OPTIONS = AdaptationOptions(base_model="bundled")


@pytest.mark.parametrize(
    "wrong",
    [
        {"epochs": 0},
        {"minutes": 0.0},
        {"learning_rate": 1.0},
        {"seed": -1},
        {"window": 7},
        {"held_aside": 0.6},
    ],
)
def test_a_value_out_of_range_is_refused(wrong: dict[str, float]) -> None:
    ((name, value),) = wrong.items()
    with pytest.raises(TrainingError, match=f"adaptation option {name} = {value} must be"):
        AdaptationOptions(base_model="bundled", **wrong)  # type: ignore[arg-type]


def test_small_models_are_adapted_at_a_higher_rate_unless_one_is_chosen() -> None:
    assert [OPTIONS.rate_for(512), OPTIONS.rate_for(513)] == [5e-4, 1e-4]
    chosen = AdaptationOptions(base_model="bundled", learning_rate=1e-3)
    assert [chosen.rate_for(512), chosen.rate_for(513)] == [1e-3, 1e-3]


def test_the_parameters_are_json_with_every_option() -> None:
    options = AdaptationOptions(base_model="b", minutes=5.0)
    assert AdaptationOptions(**json.loads(json.dumps(options.parameters))) == options


@pytest.mark.parametrize(("on_cpu", "per_step"), [(True, 2), (False, 1)])
def test_a_step_accumulates_the_batches_that_fit_into_its_tokens(
    on_cpu: bool, per_step: int
) -> None:
    plan = plan_adaptation(OPTIONS, batches=5, on_cpu=on_cpu)
    assert plan.accumulation == per_step
    assert per_step * batch_tokens(on_cpu=on_cpu) <= 4096


def test_an_epoch_ends_with_a_step_of_the_remaining_batches() -> None:
    assert plan_adaptation(OPTIONS, batches=5, on_cpu=True).steps == 10 * 3
    assert plan_adaptation(OPTIONS, batches=5, on_cpu=False).steps == 10 * 5


def test_a_plan_has_ten_checkpoints_or_one_for_each_step() -> None:
    assert plan_steps(3, 31, 2) == AdaptationPlan(
        epochs=3, steps=31, accumulation=2, checkpoint_steps=4
    )
    assert plan_steps(1, 6, 2).checkpoint_steps == 1
