import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file

from ner.training.loop import tagging_loss
from ner.training.options import TrainingOptions
from ner.training.training import train
from tests.support.models.easy_task import easy_documents
from tests.support.models.tolerances import LOSS_RELATIVE
from tests.support.models.two_gpus import pretend_two_gpus

POSITIONS = "embeddings.position_embeddings.weight"


def test_the_loss_is_the_mean_over_the_tagged_tokens_of_the_step() -> None:
    torch.manual_seed(1)
    logits, labels = torch.randn(2, 5, 3), torch.tensor([[-100, 0, 1, 2, -100], [-100, 0, 0, 1, 2]])
    alone = torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten())
    assert tagging_loss({"logits": logits}, labels).item() == pytest.approx(
        alone.item(), rel=LOSS_RELATIVE
    )
    in_step = tagging_loss({"logits": logits}, labels, 14).item()
    assert in_step == pytest.approx(alone.item() * 7 / 14, rel=LOSS_RELATIVE)


def test_no_batch_is_padded_beyond_what_the_model_takes(tiny_base: Path, tmp_path: Path) -> None:
    base = shutil.copytree(tiny_base, tmp_path / "base")
    weights = load_file(base / "model.safetensors")
    weights[POSITIONS] = np.ascontiguousarray(weights[POSITIONS][:50])
    save_file(weights, base / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((base / "config.json").read_text())
    (base / "config.json").write_text(json.dumps(config | {"max_position_embeddings": 50}))
    report = train(
        easy_documents(12, sentences=12),
        options=TrainingOptions(base_model=str(base), epochs=1, overlap=8, validation_share=0.3),
        output=tmp_path / "out",
        work_dir=tmp_path / "work",
    )
    assert report.window == 50
    assert report.validation_f1 is not None


def test_a_second_gpu_does_not_make_batches_larger(
    tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_two_gpus(monkeypatch)
    report = train(
        easy_documents(12),
        options=TrainingOptions(base_model=str(tiny_base), epochs=1, batch_size=4),
        output=tmp_path / "out",
        work_dir=tmp_path / "work",
    )
    assert (report.windows, report.steps) == (12, 3)
