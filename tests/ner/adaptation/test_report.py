import dataclasses
import json
import math
from pathlib import Path

import pytest

from ner.adaptation.report import FILE, AdaptationReport, perplexity

REPORT = AdaptationReport(
    base_model="bundled",
    fingerprint="f",
    texts=60,
    held_aside=3,
    tokens=1000,
    window=48,
    seed=1,
    epochs=6,
    steps=12,
    learning_rate=5e-4,
    loss_before=4.5,
    loss_after=None,
    seconds=7.0,
    resumed_from=6,
)


def test_the_file_has_the_fields_that_describe_the_model(tmp_path: Path) -> None:
    REPORT.write(tmp_path)
    content = json.loads((tmp_path / FILE).read_text())
    fields = {**dataclasses.asdict(REPORT)}
    assert {name: fields.pop(name) for name in content} == content
    assert fields == {"seconds": 7.0, "resumed_from": 6}


def test_the_perplexity_of_equally_likely_tokens_is_their_number() -> None:
    assert perplexity(math.log(30)) == pytest.approx(30)
