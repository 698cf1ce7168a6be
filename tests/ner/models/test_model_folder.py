import json
from pathlib import Path

import pytest

from ner.errors import BaseModelError
from ner.models.model_folder import check_folder


@pytest.mark.parametrize(
    "weights",
    [
        "model.safetensors",
        "model.safetensors.index.json",
        "pytorch_model.bin",
        "pytorch_model.bin.index.json",
    ],
)
def test_a_configuration_with_weights_of_any_format_is_accepted(
    tmp_path: Path, weights: str
) -> None:
    for name in ("config.json", weights):
        (tmp_path / name).touch()
    check_folder(tmp_path)


def test_a_folder_without_a_configuration_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").touch()
    with pytest.raises(
        BaseModelError, match=r"no config\.json: check that the folder is a complete"
    ):
        check_folder(tmp_path)


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").touch()
    with pytest.raises(
        BaseModelError, match=r"model\.safetensors \(or pytorch_model\.bin\) is missing"
    ):
        check_folder(tmp_path)


def test_of_a_sentence_transformers_folder_the_transformer_is_named(tmp_path: Path) -> None:
    inner = tmp_path / "0_Transformer"
    inner.mkdir()
    (inner / "config.json").touch()
    modules = [{"path": "1_Pooling"}, {"path": inner.name}]
    (tmp_path / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(BaseModelError, match=f"its transformer is in {inner}: name that folder"):
        check_folder(tmp_path)


@pytest.mark.parametrize("content", ["{", "[]", "[1]", "[{}]", '[{"path": "missing"}]'])
def test_a_list_of_parts_without_a_transformer_is_ignored(tmp_path: Path, content: str) -> None:
    (tmp_path / "modules.json").write_text(content)
    with pytest.raises(BaseModelError, match="a complete Hugging Face model"):
        check_folder(tmp_path)
