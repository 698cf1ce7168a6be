"""Trainings refuse unusable base models, and code in a model's files is never run."""

import json
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import (
    BartConfig,
    GPT2Config,
    GPT2Model,
    PreTrainedTokenizerFast,
    ViTConfig,
    WhisperConfig,
)

from ner.errors import BaseModelError
from ner.models.base_model import load_config, load_tokenizer, load_weights, quiet
from ner.training.options import TrainingOptions
from ner.training.training import train
from tests.support.models.easy_task import easy_documents


class Marker:
    """When unpickled, creates a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str, str]]:
        return open, (str(self._path), "w")


@pytest.fixture
def folder(tiny_base: Path, tmp_path: Path) -> Path:
    """A copy of the tiny base model, which the test damages."""
    copied: Path = shutil.copytree(tiny_base, tmp_path / "model")
    return copied


def edit(file: Path, **changes: object) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def refusal(folder: Path) -> str:
    """The message with which a training refuses the base model; it must not have written files."""
    work, output = folder.parent / "work", folder.parent / "out"
    with pytest.raises(BaseModelError) as refused:
        train(
            easy_documents(12),
            options=TrainingOptions(base_model=str(folder)),
            output=output,
            work_dir=work,
        )
    assert not work.exists()
    assert not output.exists()
    assert str(folder) in str(refused.value)
    return str(refused.value)


def to_pickle(folder: Path, **more: object) -> None:
    weights = folder / "model.safetensors"
    torch.save(load_file(weights) | more, folder / "pytorch_model.bin")
    weights.unlink()


@pytest.mark.parametrize("config", [BartConfig, ViTConfig, WhisperConfig])
def test_an_architecture_that_cannot_tag_tokens_is_refused(folder: Path, config: type) -> None:
    config().save_pretrained(folder)
    assert "cannot tag tokens with one: choose an encoder" in refusal(folder)


def test_a_decoder_whose_tokenizer_knows_no_padding_is_refused(folder: Path) -> None:
    config = GPT2Config(n_embd=32, n_layer=1, n_head=2, vocab_size=500)
    with quiet():
        GPT2Model(config).save_pretrained(folder)
        backend = load_tokenizer(str(folder)).backend_tokenizer
        PreTrainedTokenizerFast(tokenizer_object=backend).save_pretrained(folder)
    assert "no padding token: choose an encoder" in refusal(folder)


@pytest.mark.parametrize("content", ["{", "[]", '{"model_type": "wonder"}'])
def test_a_configuration_that_cannot_be_read_is_refused(folder: Path, content: str) -> None:
    (folder / "config.json").write_text(content)
    assert "its config.json cannot be read" in refusal(folder)


def test_a_configuration_with_a_value_of_the_wrong_type_is_refused(folder: Path) -> None:
    edit(folder / "config.json", hidden_size="many")
    assert "its config.json cannot be read" in refusal(folder)


def test_a_folder_without_weights_is_refused(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    assert "there are no weights" in refusal(folder)


def test_a_folder_without_a_tokenizer_is_refused_and_none_is_invented(folder: Path) -> None:
    edit(folder / "tokenizer_config.json", tokenizer_class="BertTokenizer")
    (folder / "tokenizer.json").unlink()
    assert "its tokenizer.json is missing or empty" in refusal(folder)
    (folder / "tokenizer_config.json").unlink()
    assert "its tokenizer.json is missing or empty" in refusal(folder)


@pytest.mark.parametrize("content", ["{}", "no JSON"])
def test_a_tokenizer_that_cannot_be_read_is_refused(folder: Path, content: str) -> None:
    (folder / "tokenizer.json").write_text(content)
    assert "its tokenizer cannot be read" in refusal(folder)


@pytest.mark.parametrize("model_type", ["bert", "evil"])
def test_code_that_comes_with_a_model_is_never_run(folder: Path, model_type: str) -> None:
    proof = folder.parent / "proof"
    (folder / "evil.py").write_text(f"open({str(proof)!r}, 'w')\n")
    classes = {"AutoConfig": "evil.C", "AutoModelForTokenClassification": "evil.M"}
    edit(folder / "config.json", model_type=model_type, auto_map=classes)
    edit(
        folder / "tokenizer_config.json",
        tokenizer_class="EvilTokenizer",
        auto_map={"AutoTokenizer": ["evil.T", "evil.T"]},
    )
    if model_type == "evil":
        assert "needs the model's own code, which is never run" in refusal(folder)
    else:
        load_tokenizer(str(folder))
        load_weights(str(folder), load_config(str(folder)), trained=False)
    assert not proof.exists()


@pytest.mark.parametrize("old_format", [True, False])
def test_a_malicious_pickle_is_not_run(folder: Path, old_format: bool) -> None:
    proof = folder.parent / "proof"
    to_pickle(folder, extra=Marker(proof))
    if old_format:
        legacy = {"_use_new_zipfile_serialization": False}
        torch.save({"extra": Marker(proof)}, folder / "pytorch_model.bin", **legacy)
    assert "none of its code was run; use a model with safetensors" in refusal(folder)
    assert not proof.exists()
    # Without `weights_only` the same file runs its code.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.load(folder / "pytorch_model.bin", weights_only=False)
    assert proof.exists()


def test_pickled_tensors_are_read(folder: Path, tiny_base: Path) -> None:
    to_pickle(folder)
    model = load_weights(str(folder), load_config(str(folder)), trained=False)
    expected = load_file(tiny_base / "model.safetensors")["embeddings.word_embeddings.weight"]
    torch.testing.assert_close(model.get_input_embeddings().weight.data, expected)


def test_of_both_kinds_of_weights_safetensors_are_taken(folder: Path, tiny_base: Path) -> None:
    proof = folder.parent / "proof"
    to_pickle(folder, extra=Marker(proof))
    shutil.copy(tiny_base / "model.safetensors", folder)
    load_weights(str(folder), load_config(str(folder)), trained=False)
    assert not proof.exists()
