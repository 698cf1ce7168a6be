"""Facts of base models on this machine, and the program that prints them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ner.errors import BaseModelError
from ner.models.base_model_facts import BaseModelOrigin, facts_from_json, read_facts


def test_the_bundled_model_comes_from_its_package() -> None:
    facts = read_facts("bundled")
    assert (facts.kind, facts.origin) == ("bert", BaseModelOrigin.PACKAGE)
    assert (facts.weights_bytes or 0) > 50_000_000


def test_a_folder_has_the_size_of_its_weights(tiny_base: Path) -> None:
    facts = read_facts(str(tiny_base))
    assert facts.origin is BaseModelOrigin.FOLDER
    assert facts.weights_bytes == (tiny_base / "model.safetensors").stat().st_size


def test_weights_in_parts_are_summed(tiny_base: Path, tmp_path: Path) -> None:
    for path in tiny_base.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "model.safetensors").rename(tmp_path / "part-1.safetensors")
    (tmp_path / "part-2.safetensors").write_bytes(b"12345")
    parts = {"weight_map": {"a": "part-1.safetensors", "b": "part-2.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(parts))
    whole = (tmp_path / "part-1.safetensors").stat().st_size
    assert read_facts(str(tmp_path)).weights_bytes == whole + 5


def test_a_folder_without_a_tokenizer_is_refused(tiny_base: Path, tmp_path: Path) -> None:
    for name in ("config.json", "model.safetensors"):
        (tmp_path / name).write_bytes((tiny_base / name).read_bytes())
    with pytest.raises(BaseModelError, match="tokenizer"):
        read_facts(str(tmp_path))


def printed(name: str) -> str:
    command = [sys.executable, "-P", "-m", "ner.models.base_model_facts", name]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_program_prints_facts_or_the_error(tiny_base: Path) -> None:
    assert facts_from_json(printed(str(tiny_base))) == read_facts(str(tiny_base))
    with pytest.raises(BaseModelError, match="'/no/such' is not a folder"):
        facts_from_json(printed("/no/such"))
