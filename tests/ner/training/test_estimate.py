from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from transformers import AutoModelForTokenClassification

from ner.models.base_model import load_tokenizer
from ner.training.data import TrainingExample
from ner.training.estimate import estimate_seconds
from ner.training.loop import collator
from ner.training.options import Plan


def example(length: int) -> TrainingExample:
    return {"input_ids": [9] * length, "attention_mask": [1] * length, "labels": [0] * length}


def plan(*, steps: int, batch_size: int = 2, validation_steps: int = 5) -> Plan:
    return Plan(
        epochs=1,
        batch_size=batch_size,
        steps=steps,
        validation_steps=validation_steps,
        learning_rate=1e-3,
    )


def trainer_of(model: Any, tokenizer: Any) -> SimpleNamespace:
    """What the estimate uses of a Trainer, on a CPU."""
    args = SimpleNamespace(device=torch.device("cpu"), bf16=False)
    return SimpleNamespace(model=model, args=args, data_collator=collator(tokenizer, 512))


def test_all_steps_and_a_third_of_a_step_for_each_validation_batch_are_counted(
    tiny_base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[list[int]] = []

    def ten_seconds(_trainer: Any, batch: dict[str, torch.Tensor]) -> float:
        measured.append(batch["attention_mask"].sum(dim=1).tolist())
        return 10.0

    monkeypatch.setattr("ner.training.estimate._gradient_seconds", ten_seconds)
    trainer = trainer_of(None, load_tokenizer(str(tiny_base)))
    training = [example(length) for length in (90, 10, 40, 50, 30, 70)]
    estimate = {
        windows: estimate_seconds(
            trainer, plan(steps=20), training=training, validation=[example(8)] * windows
        )
        for windows in (0, 6)
    }
    # Four validations of three batches each.
    assert estimate == {0: 200.0, 6: pytest.approx(200.0 + 4 * 3 * 10 / 3)}
    # The batch of medium length, once to warm up and once to measure.
    assert measured == [[40, 50]] * 4


def test_fewer_windows_than_a_batch_are_measured_together(
    tiny_base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "ner.training.estimate._gradient_seconds", lambda _, batch: len(batch["labels"])
    )
    trainer = trainer_of(None, load_tokenizer(str(tiny_base)))
    training = [example(length) for length in range(1, 6)]
    one_step = plan(steps=1, batch_size=8)
    assert estimate_seconds(trainer, one_step, training=training, validation=[]) == 5


def test_weights_gradients_and_random_state_stay_unchanged(tiny_base: Path) -> None:
    model = AutoModelForTokenClassification.from_pretrained(tiny_base, num_labels=3)
    before = {name: weights.clone() for name, weights in model.state_dict().items()}
    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)
    trainer = trainer_of(model, load_tokenizer(str(tiny_base)))
    seconds = estimate_seconds(
        trainer, plan(steps=3), training=[example(9)] * 4, validation=[example(9)]
    )
    assert seconds > 0
    assert torch.equal(torch.rand(1), expected)
    assert all(torch.equal(model.state_dict()[name], weights) for name, weights in before.items())
    assert all(weights.grad is None for weights in model.parameters())
