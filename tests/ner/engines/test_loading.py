"""The engine of each kind."""

import subprocess
import sys

import pytest
import torch

from ner.engines.loading import EngineKind, load_engine
from ner.engines.openvino_engine import OpenVinoEngine
from ner.engines.torch_engine import TorchEngine
from ner.versions.version import Version


@pytest.mark.parametrize(
    ("kind", "engine"),
    [("fp32", OpenVinoEngine), ("torch", TorchEngine), ("reference", TorchEngine)],
)
def test_a_kind_names_its_engine(exported: Version, kind: EngineKind, engine: type) -> None:
    assert isinstance(load_engine(exported.path, kind, longest=512), engine)


@pytest.mark.parametrize(("kind", "device"), [("torch", "meta"), ("reference", "cpu")])
def test_the_reference_is_computed_on_the_processor_where_torch_has_a_gpu(
    exported: Version, monkeypatch: pytest.MonkeyPatch, kind: EngineKind, device: str
) -> None:
    monkeypatch.setattr("ner.engines.torch_engine._device", lambda: torch.device("meta"))
    engine = load_engine(exported.path, kind, longest=512)
    assert isinstance(engine, TorchEngine)
    assert engine._model.device.type == device


def test_a_prediction_by_openvino_imports_neither_torch_nor_transformers(exported: Version) -> None:
    program = f"""
import sys
from pathlib import Path
from ner.engines import gpu
from ner.fastest_tagger import load_fastest
gpu.NVIDIA_DRIVER = Path("/no/driver")
tagger = load_fastest(Path({str(exported.path)!r}))
assert tagger.predict(["Ada Lovelace went to Oslo"])[0].text
loaded = {{"torch", "transformers", "nncf"}} & set(sys.modules)
assert not loaded, loaded
"""
    subprocess.run([sys.executable, "-c", program], check=True)
