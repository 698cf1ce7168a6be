"""Makes the Trainer see two GPUs; it still computes on the CPU."""

from functools import cached_property

import pytest
import torch
from transformers import TrainingArguments


def pretend_two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the Trainer's arguments find two GPUs when they count them."""

    def devices(arguments: TrainingArguments) -> torch.device:
        device: torch.device = original.func(arguments)
        arguments._n_gpu = 2
        return device

    original = TrainingArguments._setup_devices
    replaced = cached_property(devices)
    replaced.__set_name__(TrainingArguments, "_setup_devices")
    monkeypatch.setattr(TrainingArguments, "_setup_devices", replaced)
