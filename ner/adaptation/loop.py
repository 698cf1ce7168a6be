"""The Hugging Face Trainer, set up to guess masked words, and how far it has time to come."""

import json
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import PrinterCallback, TrainingArguments

from ner.adaptation.masked_loss import MaskedPlaces, MaskedTrainer
from ner.adaptation.masked_windows import MaskedBatches, only
from ner.adaptation.options import (
    AdaptationOptions,
    AdaptationPlan,
    plan_adaptation,
    plan_steps,
)
from ner.training.callbacks import ReportProgress
from ner.training.checkpoints import STATE_FILE, Checkpoint
from ner.training.device import on_cpu, one_device, supports_bf16
from ner.training.loop import LOSSES

MEASURED_BATCHES = 3


@dataclass(frozen=True, slots=True)
class Estimate:
    """A plan, and about how long each of its steps takes."""

    plan: AdaptationPlan
    step_seconds: float


def plan_for(
    options: AdaptationOptions,
    model: Any,
    places: MaskedPlaces,
    batches: MaskedBatches,
    found: Checkpoint | None,
) -> Estimate:
    """All epochs, or as many steps as the options' minutes allow; of a checkpoint, its own number.

    Computes some gradients to measure, and leaves weights and random state as they were.
    """
    whole = plan_adaptation(options, batches=len(batches), on_cpu=on_cpu())
    seconds = whole.accumulation * _batch_seconds(model, places, batches)
    steps = whole.steps
    if found:
        # Time was measured when it began, and its learning rate falls towards that step.
        steps = int(json.loads((found.path / STATE_FILE).read_bytes())["max_steps"])
    elif options.minutes is not None:
        steps = max(1, min(steps, math.floor(options.minutes * 60 / seconds)))
    epochs = math.ceil(steps * options.epochs / whole.steps)
    return Estimate(plan_steps(epochs, steps, whole.accumulation), seconds)


def build_trainer(
    model: Any,
    places: MaskedPlaces,
    batches: MaskedBatches,
    *,
    options: AdaptationOptions,
    plan: AdaptationPlan,
    checkpoints: Path,
    report: ReportProgress,
) -> Any:
    """A Trainer that ends with the plan's last step."""
    rate = options.rate_for(model.config.hidden_size)
    trainer = MaskedTrainer(
        places=places,
        model=model,
        args=one_device(_arguments(options, plan, checkpoints, rate)),
        data_collator=only,
        train_dataset=batches,
        callbacks=[report],
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def _arguments(
    options: AdaptationOptions, plan: AdaptationPlan, checkpoints: Path, learning_rate: float
) -> Any:
    return TrainingArguments(
        output_dir=str(checkpoints),
        seed=options.seed,
        max_steps=plan.steps,
        learning_rate=learning_rate,
        lr_scheduler_type="linear",
        warmup_steps=0.1,
        weight_decay=0.01,
        optim="adamw_torch_fused",
        per_device_train_batch_size=1,
        gradient_accumulation_steps=plan.accumulation,
        train_sampling_strategy="sequential",
        remove_unused_columns=False,
        bf16=supports_bf16(),
        use_cpu=on_cpu(),
        dataloader_pin_memory=not on_cpu(),
        save_steps=plan.checkpoint_steps,
        save_total_limit=2,
        logging_steps=math.ceil(plan.steps / LOSSES),
        report_to="none",
        disable_tqdm=True,
    )


def _batch_seconds(model: Any, places: MaskedPlaces, batches: MaskedBatches) -> float:
    _gradient(model, places, batches, 0)
    measured = [index % len(batches) for index in range(MEASURED_BATCHES)]
    began = time.monotonic()
    for index in measured:
        _gradient(model, places, batches, index)
    return (time.monotonic() - began) / len(measured)


def _gradient(model: Any, places: MaskedPlaces, batches: MaskedBatches, index: int) -> None:
    batch = {name: each.to(model.device) for name, each in batches[index].items()}
    model.train()
    with (
        torch.random.fork_rng(),
        torch.autocast(model.device.type, dtype=torch.bfloat16, enabled=supports_bf16()),
    ):
        loss = places.summed_loss(model, batch)
    torch.autograd.backward(loss)
    loss.item()  # waits for an accelerator to finish
    model.zero_grad()
