"""Which engine a version gets."""

import subprocess
import sys

from ner.engines.loading import load_engine
from ner.engines.openvino_engine import OpenVinoEngine
from ner.engines.torch_engine import TorchEngine
from ner.versions.version import Version
from tests.ner.conftest import Trained


def test_an_exported_version_gets_openvino_and_any_other_torch(
    exported: Version, trained: Trained
) -> None:
    assert isinstance(load_engine(exported.path, exported.manifest.checks), OpenVinoEngine)
    assert isinstance(load_engine(trained.version.path, ()), TorchEngine)


def test_torch_can_be_asked_for(exported: Version) -> None:
    engine = load_engine(exported.path, exported.manifest.checks, openvino=False)
    assert isinstance(engine, TorchEngine)


def test_an_answer_by_openvino_imports_neither_torch_nor_transformers(exported: Version) -> None:
    program = f"""
import sys
from pathlib import Path
from server.serving.loading import load_tagger
tagger = load_tagger(Path({str(exported.path)!r}))
assert tagger.predict(["Ada Lovelace went to Oslo"])[0].text
loaded = {{"torch", "transformers"}} & set(sys.modules)
assert not loaded, loaded
"""
    subprocess.run([sys.executable, "-c", program], check=True)
