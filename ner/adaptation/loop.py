"""The Hugging Face Trainer, set up to predict masked words, and the steps it has time for."""

import json
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import PrinterCallback, TrainingArguments

from ner.adaptation.masked_loss import MaskedPositions, MaskedTrainer
from ner.adaptation.masked_windows import MaskedBatches, single_batch
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
    """A plan, and the approximate seconds of each of its steps."""

    plan: AdaptationPlan
    step_seconds: float


def plan_for(
    options: AdaptationOptions,
    model: Any,
    positions: MaskedPositions,
    batches: MaskedBatches,
    resume_from: Checkpoint | None,
) -> Estimate:
    """A plan of all epochs, or of as many steps as the options' minutes allow.

    A resumed training keeps the number of steps with which it began. Computes some gradients to
    measure their time. Weights and random state stay unchanged.
    """
    whole = plan_adaptation(options, batches=len(batches), on_cpu=on_cpu())
    seconds = whole.accumulation * _batch_seconds(model, positions, batches)
    steps = whole.steps
    if resume_from:
        # The learning rate of the earlier steps was scheduled for this number.
        steps = int(json.loads((resume_from.path / STATE_FILE).read_bytes())["max_steps"])
    elif options.minutes is not None:
        steps = max(1, min(steps, math.floor(options.minutes * 60 / seconds)))
    epochs = math.ceil(steps * options.epochs / whole.steps)
    return Estimate(plan_steps(epochs, steps, whole.accumulation), seconds)


def build_trainer(
    model: Any,
    positions: MaskedPositions,
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
        positions=positions,
        model=model,
        args=one_device(_arguments(options, plan, checkpoints, rate)),
        data_collator=single_batch,
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


def _batch_seconds(model: Any, positions: MaskedPositions, batches: MaskedBatches) -> float:
    _gradient(model, positions, batches, 0)
    measured = [index % len(batches) for index in range(MEASURED_BATCHES)]
    began = time.monotonic()
    for index in measured:
        _gradient(model, positions, batches, index)
    return (time.monotonic() - began) / len(measured)


def _gradient(model: Any, positions: MaskedPositions, batches: MaskedBatches, index: int) -> None:
    batch = {name: tensor.to(model.device) for name, tensor in batches[index].items()}
    model.train()
    with (
        torch.random.fork_rng(),
        torch.autocast(model.device.type, dtype=torch.bfloat16, enabled=supports_bf16()),
    ):
        loss = positions.summed_loss(model, batch)
    torch.autograd.backward(loss)
    loss.item()  # waits for an accelerator to finish
    model.zero_grad()
