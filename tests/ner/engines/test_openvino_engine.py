"""The OpenVINO engine on an exported model, beside torch."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ner.engines.openvino_engine import OpenVinoEngine
from ner.engines.precisions import PRECISIONS, Precision
from ner.engines.torch_engine import TorchEngine
from ner.errors import CorruptVersion
from ner.versions.version import Version
from tests.support.models.tolerances import EXPORTED_LOG_PROBABILITY, PROBABILITY

WINDOWS = [[2, *range(7, 7 + length), 3] for length in (30, 3, 17, 1)]


def test_float32_computes_what_torch_does(exported: Version) -> None:
    ours = OpenVinoEngine.load(exported.path, "fp32", longest=512).log_probs(WINDOWS)
    theirs = TorchEngine.load(exported.path, on_gpu=False).log_probs(WINDOWS)
    for left, right in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(left, right, atol=EXPORTED_LOG_PROBABILITY)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_probabilities_of_each_token_sum_to_one(exported: Version, precision: Precision) -> None:
    engine = OpenVinoEngine.load(exported.path, precision, threads=1, longest=512)
    assert engine.labels == exported.manifest.labels
    rows = engine.log_probs(WINDOWS)
    assert [row.shape for row in rows] == [(len(window), 3) for window in WINDOWS]
    np.testing.assert_allclose(np.exp(rows[0]).sum(axis=1), 1.0, atol=PROBABILITY)


def test_scores_are_the_same_after_the_memory_was_released(exported: Version) -> None:
    engine = OpenVinoEngine.load(exported.path, "fp32", longest=512)
    before = engine.log_probs(WINDOWS)
    engine.release_memory()
    for one, other in zip(before, engine.log_probs(WINDOWS), strict=True):
        np.testing.assert_array_equal(one, other)


def test_no_windows_have_no_scores(exported: Version) -> None:
    assert OpenVinoEngine.load(exported.path, "bf16", longest=512).log_probs([]) == []


def test_no_window_is_padded_beyond_the_longest_one(exported: Version) -> None:
    seen = []
    engine = OpenVinoEngine.load(exported.path, "fp32", longest=27)
    forward = engine._forward
    engine._forward = lambda ids, mask: seen.append(ids.shape) or forward(ids, mask)  # type: ignore[func-returns-value,method-assign]
    engine.log_probs([[2] * 27, [2] * 9])
    assert seen == [(2, 27)]


@pytest.mark.parametrize("name", ["openvino/float.xml", "openvino/float.bin", "model.safetensors"])
@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_damaged_file_is_a_corrupt_version(copied: Path, name: str, share: float) -> None:
    path = copied / name
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(CorruptVersion, match="is no usable model"):
        OpenVinoEngine.load(copied, "bf16", longest=512)


def test_tags_in_another_order_are_refused(copied: Path) -> None:
    config = json.loads((copied / "config.json").read_text())
    config["id2label"] = {"0": "B-ORG", "1": "I-ORG", "2": "O"}
    (copied / "config.json").write_text(json.dumps(config))
    with pytest.raises(CorruptVersion, match="is no usable model"):
        OpenVinoEngine.load(copied, "bf16", longest=512)


def test_nothing_is_sent_about_the_use_of_openvino() -> None:
    program = """
import sys
import ner.engines.export
import nncf
sent = [name for name in sys.modules if name.startswith("openvino_telemetry.")]
assert not sent, sent
"""
    subprocess.run([sys.executable, "-c", program], check=True)
