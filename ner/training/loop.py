"""The Hugging Face Trainer, set up for tagging: loss, validation, choice of checkpoint."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import (
    DataCollatorForTokenClassification,
    PrinterCallback,
    TrainingArguments,
)

from ner.decoding.decoding import Decoding, log_softmax
from ner.errors import TrainingError
from ner.models.base_model import quiet
from ner.scoring.evaluation import evaluate
from ner.tagger import decode_windows
from ner.tags import IGNORED
from ner.text.encoding import Encoder
from ner.training.callbacks import ReportProgress, SaveInTime, StopWhenFlat
from ner.training.checkpoints import Checkpoint
from ner.training.data import EncodedPart, EpochOrder, Hiding
from ner.training.device import on_cpu, one_device, training_device, uses_bf16
from ner.training.micro_batches import MicroBatchTrainer, tokens_at_once
from ner.training.options import Plan, TrainingOptions

ValidationMetrics = dict[str, float]
# The loss is logged about this many times, however long the training is.
LOSSES = 50


def build_trainer(
    model: Any,
    tokenizer: Any,
    encoder: Encoder,
    *,
    training: EncodedPart,
    validation: EncodedPart,
    decoding: Decoding,
    options: TrainingOptions,
    plan: Plan,
    checkpoints: Path,
    report: ReportProgress,
) -> Any:
    """A Trainer that keeps the best checkpoint by strict F1, or the last one without validation.

    Raises TrainingError when an integration of `options.report_to` cannot be used.
    """
    data = EpochOrder(
        training.examples,
        batch_size=plan.batch_size,
        seed=options.seed,
        hiding=_hiding(tokenizer, options),
        tokens_at_once=tokens_at_once(training_device()),
        spanless_share=options.spanless_share,
    )
    callbacks = [report, SaveInTime()]
    if validation.examples:
        callbacks.append(StopWhenFlat(options.patience))
    try:
        arguments = _arguments(options, plan, checkpoints, validates=bool(validation.examples))
        trainer = MicroBatchTrainer(
            model=model,
            args=one_device(arguments),
            data_collator=collator(tokenizer, encoder.window),
            train_dataset=data,
            eval_dataset=validation.examples or None,
            compute_metrics=validator(encoder, validation, decoding),
            compute_loss_func=tagging_loss,
            callbacks=callbacks,
        )
    except (ValueError, RuntimeError, ImportError) as error:
        if not options.report_to:
            raise
        raise TrainingError(
            f"report_to {list(options.report_to)} cannot be used: {error}"
        ) from error
    trainer.remove_callback(PrinterCallback)
    return trainer


def collator(
    tokenizer: Any, window: int
) -> Callable[[Sequence[Mapping[str, Any]]], dict[str, torch.Tensor]]:
    """Pads examples of at most `window` tokens to tensors ``[rows, width]``, on the right.

    Batches are at most as wide as the window: the model may have no positions beyond it.
    """
    # `split_batch` cuts pieces of rounded-up lengths from these batches.
    padded = DataCollatorForTokenClassification(tokenizer, pad_to_multiple_of=32)

    def collate(examples: Sequence[Mapping[str, Any]]) -> dict[str, torch.Tensor]:
        return {name: tensor[:, :window] for name, tensor in padded([*examples]).items()}

    return collate


def run_to_end(trainer: Any, resume_from: Checkpoint | None, *, remedy: str) -> None:
    """Trains to the end, from a checkpoint on if there is one.

    Raises TrainingError with the `remedy` when the training diverged.
    """
    with quiet():
        trainer.train(resume_from_checkpoint=str(resume_from.path) if resume_from else None)
    if not all(torch.isfinite(weights).all() for weights in trainer.model.parameters()):
        raise TrainingError(f"the training diverged: {remedy}")


def _hiding(tokenizer: Any, options: TrainingOptions) -> Hiding | None:
    """The word dropout of the options; None also for a base model without a mask token."""
    if not options.word_dropout or tokenizer.mask_token_id is None:
        return None
    return Hiding(options.word_dropout, tokenizer.mask_token_id)


def tagging_loss(
    outputs: Any, labels: torch.Tensor, num_items_in_batch: Any = None
) -> torch.Tensor:
    """Cross entropy over the tagged tokens, as the Trainer's `compute_loss_func`."""
    summed = torch.nn.functional.cross_entropy(
        outputs["logits"].flatten(0, 1).float(),
        labels.flatten(),
        ignore_index=IGNORED,
        reduction="sum",
    )
    return mean_of_step(summed, labels, num_items_in_batch)


def mean_of_step(summed: torch.Tensor, labels: torch.Tensor, items: Any) -> torch.Tensor:
    """A batch's part of the mean over its step, for which the Trainer has counted `items` labels.

    Outside of a step `items` is None, and the result is the batch's own mean.
    """
    return summed / ((labels != IGNORED).sum() if items is None else items)


def validator(
    encoder: Encoder, validation: EncodedPart, decoding: Decoding
) -> Callable[[Any], ValidationMetrics]:
    """A function that computes the strict micro F1 of the validation part, decoded as in serving.

    `choice` is the F1 minus a tiny part of the loss: of equal F1s, that with likelier gold tags is
    the best.
    """

    def metrics(prediction: Any) -> ValidationMetrics:
        if not np.isfinite(prediction.predictions).all():
            raise TrainingError(
                "the training diverged, its scores are not finite numbers: "
                "choose a lower learning rate, or bf16 off"
            )
        log_probs = log_softmax(prediction.predictions)
        rows = iter(log_probs)
        predicted = [
            decode_windows(encoder, tokens, [next(rows) for _ in tokens.windows], decoding=decoding)
            for tokens in validation.encoded
        ]
        spans = [document.spans for document in predicted]
        micro = evaluate(validation.documents, spans, samples=1).strict.micro
        tagged = prediction.label_ids != IGNORED
        loss = -log_probs[tagged, prediction.label_ids[tagged]].mean()
        return {"f1": micro.f1, "choice": micro.f1 - 1e-6 * min(float(loss), 100.0)}

    return metrics


def _arguments(options: TrainingOptions, plan: Plan, checkpoints: Path, *, validates: bool) -> Any:
    return TrainingArguments(
        output_dir=str(checkpoints),
        seed=options.seed,
        num_train_epochs=plan.epochs,
        learning_rate=plan.learning_rate,
        lr_scheduler_type="linear",
        warmup_steps=0.1,
        weight_decay=options.weight_decay,
        per_device_train_batch_size=plan.batch_size,
        per_device_eval_batch_size=plan.batch_size,
        train_sampling_strategy="sequential",
        bf16=uses_bf16(options),
        use_cpu=on_cpu(),
        dataloader_pin_memory=not on_cpu(),
        eval_strategy="steps" if validates else "no",
        eval_steps=plan.validation_steps,
        save_steps=plan.validation_steps,
        save_total_limit=2,
        load_best_model_at_end=validates,
        metric_for_best_model="choice" if validates else None,
        greater_is_better=True if validates else None,
        logging_steps=math.ceil(plan.steps / LOSSES),
        report_to=list(options.report_to) or "none",
        disable_tqdm=True,
    )
