from pathlib import Path

import pytest

from ner.adaptation.adaptation import adapt
from ner.adaptation.options import AdaptationOptions
from ner.adaptation.report import AdaptationReport
from tests.support.models.easy_task import easy_documents, texts
from tests.support.models.two_gpus import pretend_two_gpus


def run(base: Path, folder: Path) -> AdaptationReport:
    return adapt(
        texts(easy_documents(60)),
        options=AdaptationOptions(base_model=str(base), epochs=1, window=48),
        output=folder / "out",
        work_dir=folder / "work",
    )


def test_a_second_gpu_changes_neither_steps_nor_loss(
    tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = run(tiny_base, tmp_path / "one")
    pretend_two_gpus(monkeypatch)
    two = run(tiny_base, tmp_path / "two")
    assert (one.steps, one.loss_after) == (two.steps, two.loss_after)
