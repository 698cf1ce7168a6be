"""The Hugging Face Trainer as it comes: float32, the model's own dropout, its own optimizer."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from transformers import (
    AutoModelForTokenClassification,
    DataCollatorForTokenClassification,
    PrinterCallback,
    Trainer,
    TrainingArguments,
    set_seed,
)

from benchmarks.recipes.options import PlainOptions
from benchmarks.recipes.task import TrainingTask
from ner.models.base_model import quiet
from ner.training.data import TrainingExample

Logits = npt.NDArray[np.float32]


def run_trainer(
    task: TrainingTask,
    source: str,
    tokenizer: Any,
    examples: Sequence[TrainingExample],
    *,
    tags: Sequence[str],
    options: PlainOptions,
) -> Any:
    """The Trainer after its training; `tags` names the tags that `examples` have as labels."""
    set_seed(task.seed)
    names = dict(enumerate(tags))
    with quiet():
        model = AutoModelForTokenClassification.from_pretrained(
            source,
            id2label=names,
            label2id={name: index for index, name in names.items()},
            dtype=torch.float32,
        )
        trainer = Trainer(
            model=model,
            args=_arguments(task, options),
            data_collator=DataCollatorForTokenClassification(tokenizer),
            train_dataset=examples,
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    return trainer


def predict_logits(trainer: Any, inputs: Sequence[Sequence[int]]) -> list[Logits]:
    """``[n_tokens, n_tags]`` for each input, padding left out."""
    if not inputs:
        return []
    examples = [{"input_ids": [*ids], "attention_mask": [1] * len(ids)} for ids in inputs]
    with quiet():
        padded = trainer.predict(examples).predictions
    return [rows[: len(ids)] for rows, ids in zip(padded, inputs, strict=True)]


def _arguments(task: TrainingTask, options: PlainOptions) -> Any:
    """Without checkpoints and validations, which would only cost it time."""
    return TrainingArguments(
        output_dir=str(task.folder),
        seed=task.seed,
        num_train_epochs=options.epochs,
        learning_rate=options.learning_rate,
        weight_decay=options.weight_decay,
        per_device_train_batch_size=options.batch_size,
        per_device_eval_batch_size=options.batch_size,
        dataloader_pin_memory=torch.accelerator.is_available(),
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )
