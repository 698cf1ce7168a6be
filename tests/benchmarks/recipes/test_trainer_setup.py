from dataclasses import fields
from pathlib import Path

import torch
from transformers import TrainingArguments

from benchmarks.recipes.options import CustomNerOptions, TrainerPlainOptions
from benchmarks.recipes.task import TrainingTask
from benchmarks.recipes.trainer_setup import _arguments, run_trainer
from ner.models.base_model import load_tokenizer

# The recipe's own parameters; then what would only cost time, or is of the machine.
CHOSEN = {
    *("seed", "num_train_epochs", "learning_rate", "weight_decay"),
    *("per_device_train_batch_size", "per_device_eval_batch_size"),
    *("save_strategy", "report_to", "disable_tqdm", "dataloader_pin_memory"),
}


def test_all_else_is_as_the_trainer_has_it(tmp_path: Path) -> None:
    task = TrainingTask(documents=(), base_model="bundled", seed=7, folder=tmp_path)
    ours = _arguments(task, TrainerPlainOptions(weight_decay=0.25, batch_size=4))
    plain = TrainingArguments(output_dir=str(tmp_path))
    different = {
        each.name for each in fields(plain) if getattr(ours, each.name) != getattr(plain, each.name)
    }
    assert different <= CHOSEN
    assert (ours.seed, ours.num_train_epochs, ours.learning_rate) == (7, 6, 5e-4)
    assert (ours.weight_decay, ours.per_device_train_batch_size) == (0.25, 4)


def test_the_models_own_dropout_and_precision_stay(tiny_base: Path, tmp_path: Path) -> None:
    trainer = run_trainer(
        TrainingTask(documents=(), base_model=str(tiny_base), seed=1, folder=tmp_path),
        str(tiny_base),
        load_tokenizer(str(tiny_base), line_breaks=False),
        [{"input_ids": [5, 6, 7], "attention_mask": [1, 1, 1], "labels": [0, 1, 2]}],
        tags=("O", "B-ORG", "I-ORG"),
        options=CustomNerOptions(epochs=1),
    )
    modules = trainer.model.modules()
    assert {each.p for each in modules if isinstance(each, torch.nn.Dropout)} == {0.1}
    assert {weights.dtype for weights in trainer.model.parameters()} == {torch.float32}
