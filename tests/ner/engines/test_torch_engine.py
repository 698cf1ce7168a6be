import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from tokenizers import ByteLevelBPETokenizer
from transformers import PreTrainedTokenizerFast, RobertaConfig, RobertaForTokenClassification

from ner.engines.torch_engine import TorchEngine
from ner.errors import CorruptVersion
from ner.models.base_model import load_config, load_tokenizer, max_window, quiet
from tests.ner.conftest import Trained
from tests.support.models.tolerances import LOG_PROBABILITY, PROBABILITY


def test_probabilities_of_each_token_sum_to_one(trained: Trained) -> None:
    (rows,) = TorchEngine.load(trained.version.path, on_gpu=False).log_probs([[2, 7, 8, 9, 3]])
    assert rows.shape == (5, 3)
    np.testing.assert_allclose(np.exp(rows).sum(axis=1), 1.0, atol=PROBABILITY)


def test_a_window_scores_the_same_in_any_batch(trained: Trained) -> None:
    engine = TorchEngine.load(trained.version.path, on_gpu=False)
    windows = [[2, *range(7, 7 + length), 3] for length in (400, 3, 90, 1, 500, 17, 200)]
    together = engine.log_probs(windows)
    for window, rows in zip(windows, together, strict=True):
        np.testing.assert_allclose(rows, engine.log_probs([window])[0], atol=LOG_PROBABILITY)


def test_no_windows_have_no_scores(trained: Trained) -> None:
    assert TorchEngine.load(trained.version.path, on_gpu=False).log_probs([]) == []


def test_tags_in_another_order_are_refused(trained: Trained, tmp_path: Path) -> None:
    folder = tmp_path / "v"
    shutil.copytree(trained.version.path, folder)
    config = json.loads((folder / "config.json").read_text())
    config["id2label"] = {"0": "B-ORG", "1": "I-ORG", "2": "O"}
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(CorruptVersion, match="no usable model"):
        TorchEngine.load(folder, on_gpu=False)


def test_a_base_model_without_a_head_is_not_served(tiny_base: Path) -> None:
    with pytest.raises(CorruptVersion, match="classifier"):
        TorchEngine.load(tiny_base)


def test_a_roberta_takes_windows_as_wide_as_max_window_says(tmp_path: Path) -> None:
    backend = ByteLevelBPETokenizer()
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    backend.train_from_iterator(["the authors"], special_tokens=special, show_progress=False)
    PreTrainedTokenizerFast(
        tokenizer_object=backend._tokenizer, pad_token="<pad>", model_max_length=512
    ).save_pretrained(tmp_path)
    config = RobertaConfig(
        vocab_size=300,
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        max_position_embeddings=42,
        id2label={0: "O", 1: "B-X", 2: "I-X"},
    )
    with quiet():
        RobertaForTokenClassification(config).save_pretrained(tmp_path)
    widest = max_window(load_config(str(tmp_path)), load_tokenizer(str(tmp_path)))
    assert widest == 40
    engine = TorchEngine.load(tmp_path, on_gpu=False)
    assert engine.log_probs([[5] * widest])[0].shape == (widest, 3)
    with pytest.raises((IndexError, RuntimeError)):
        engine.log_probs([[5] * (widest + 1)])
