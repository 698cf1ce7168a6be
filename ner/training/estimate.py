"""Estimates how long a training takes, from a step measured before it starts."""

import time
from collections.abc import Sequence
from typing import Any

import torch

from ner.training.data import TrainingExample
from ner.training.micro_batches import split_batch, tokens_at_once
from ner.training.options import Plan

# The share of a step that its forward pass takes: the backward pass takes about twice as long.
FORWARD_SHARE = 1 / 3


def estimate_seconds(
    trainer: Any,
    plan: Plan,
    *,
    training: Sequence[TrainingExample],
    validation: Sequence[TrainingExample],
) -> float:
    """Seconds from the first step to the last, validations included.

    Computes gradients twice, once to warm up. Weights and random state stay unchanged.
    """
    ordered = sorted(training, key=lambda example: len(example["input_ids"]))
    middle = max(0, (len(ordered) - plan.batch_size) // 2)
    batch = trainer.data_collator([dict(e) for e in ordered[middle : middle + plan.batch_size]])
    _gradient_seconds(trainer, batch)
    step = _gradient_seconds(trainer, batch)
    validations = plan.steps / plan.validation_steps * len(validation) / plan.batch_size
    return step * (plan.steps + validations * FORWARD_SHARE)


def _gradient_seconds(trainer: Any, batch: Any) -> float:
    model, args = trainer.model, trainer.args
    inputs = {name: tensor.to(args.device) for name, tensor in batch.items()}
    model.train()
    began = time.monotonic()
    for piece in split_batch(inputs, tokens_at_once(args.device)):
        with (
            torch.random.fork_rng(),
            torch.autocast(args.device.type, dtype=torch.bfloat16, enabled=args.bf16),
        ):
            loss = model(**piece).loss
        loss.backward()
        loss.item()  # waits for an accelerator to finish
    model.zero_grad()
    return time.monotonic() - began
