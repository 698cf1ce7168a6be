from pathlib import Path

import pytest
import torch
from transformers import TrainingArguments

from ner.training.device import (
    attention_for,
    one_device,
    supports_bf16,
    training_device,
    uses_bf16,
)
from ner.training.options import TrainingOptions
from tests.support.models.two_gpus import pretend_two_gpus


@pytest.fixture
def on_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hides the accelerator of the machine, if it has one."""
    monkeypatch.setattr("ner.training.device.on_cpu", lambda: True)


@pytest.mark.usefixtures("on_cpu")
def test_without_an_accelerator_the_cpu_is_trained_on() -> None:
    assert training_device() == torch.device("cpu")


def test_with_an_accelerator_it_is_trained_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ner.training.device.on_cpu", lambda: False)
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda: torch.device("xpu"))
    assert training_device() == torch.device("xpu")


def test_a_trainer_uses_one_of_two_gpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_two_gpus(monkeypatch)
    assert TrainingArguments(output_dir=str(tmp_path), report_to="none").n_gpu == 2
    arguments = one_device(TrainingArguments(output_dir=str(tmp_path), report_to="none"))
    assert arguments.n_gpu == 1
    assert arguments.train_batch_size == arguments.per_device_train_batch_size


def test_a_trainer_on_a_cpu_uses_no_gpu(tmp_path: Path) -> None:
    arguments = TrainingArguments(output_dir=str(tmp_path), report_to="none", use_cpu=True)
    assert one_device(arguments).n_gpu == 0


@pytest.mark.usefixtures("on_cpu")
@pytest.mark.parametrize(
    ("capabilities", "supported"),
    [
        ({"avx512_bf16": True, "amx_bf16": False}, True),
        ({"avx512_bf16": False, "amx_bf16": True}, True),
        ({"avx512_bf16": False, "amx_bf16": False}, False),
        ({}, False),
    ],
)
def test_a_cpu_computes_in_bfloat16_if_it_has_instructions_for_it(
    monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, bool], supported: bool
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    assert supports_bf16() is supported


@pytest.mark.parametrize("supported", [True, False])
def test_the_chosen_precision_is_used_or_else_that_of_the_device(
    monkeypatch: pytest.MonkeyPatch, supported: bool
) -> None:
    monkeypatch.setattr("ner.training.device.supports_bf16", lambda: supported)
    chosen = [uses_bf16(TrainingOptions(base_model="b", bf16=bf16)) for bf16 in (True, False, None)]
    assert chosen == [True, False, supported]


@pytest.mark.parametrize(("cpu", "bf16", "chosen"), [(1, 1, "eager"), (1, 0, None), (0, 1, None)])
def test_attention_is_plain_where_a_cpu_computes_in_bfloat16(
    monkeypatch: pytest.MonkeyPatch, cpu: int, bf16: int, chosen: str | None
) -> None:
    monkeypatch.setattr("ner.training.device.on_cpu", lambda: bool(cpu))
    assert attention_for(bf16=bool(bf16)) == chosen
