"""Measures the time, tokens and memory of a training, whatever its recipe."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

import torch
from transformers import PreTrainedModel, Trainer

from benchmarks.measuring.peak_memory import peak_memory

MIB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """The cost of one training.

    `seconds` is wall time, including tokenisation and the training's own validations;
    `validation_seconds` is the part that the validations took. `tokens` counts each token each time
    it is fed through the model for gradients: special tokens and overlaps of windows count, padding
    does not. `peak_memory_mib` is the peak of the whole process, libraries included, and
    `peak_device_mib` that of the accelerator, None without one.
    """

    seconds: float
    validation_seconds: float
    tokens: int
    peak_memory_mib: float
    peak_device_mib: float | None

    @property
    def tokens_per_second(self) -> float:
        """Tokens by all of `seconds`."""
        return self.tokens / self.seconds


class Meter:
    """Counts what is trained while `metered` is active; see `cost`."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._validating = 0.0
        self._depth = 0
        # A tensor on the device: reading its value at each step would slow the training down.
        self._tokens: Any = 0

    def cost(self) -> Cost:
        """The cost since the meter was created."""
        device = None
        if torch.cuda.is_available():
            torch.cuda.synchronize()
            device = torch.cuda.max_memory_allocated() / MIB
        return Cost(
            seconds=time.perf_counter() - self._began,
            validation_seconds=self._validating,
            tokens=int(self._tokens),
            peak_memory_mib=peak_memory() / MIB,
            peak_device_mib=device,
        )

    @contextmanager
    def forward(self, model: Any, inputs: dict[str, Any]) -> Iterator[None]:
        """Counts the tokens of the outermost call of a model that is being trained."""
        if self._depth == 0 and model.training and torch.is_grad_enabled():
            self._tokens = self._tokens + _real_tokens(model, inputs)
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    @contextmanager
    def validation(self) -> Iterator[None]:
        """Adds the time within to that of validations."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self._validating += time.perf_counter() - began


@contextmanager
def metered() -> Iterator[Meter]:
    """Meters everything that is trained in this process until the context ends.

    Wraps `PreTrainedModel.__call__` and `Trainer.evaluate`: recipes build their models themselves,
    and neither the Trainer's callbacks nor torch's global hooks see a model's inputs by name.
    """
    meter = Meter()
    evaluate = Trainer.evaluate

    @wraps(PreTrainedModel.__call__)
    def call(self: Any, *args: Any, **inputs: Any) -> Any:
        with meter.forward(self, inputs):
            return super(PreTrainedModel, self).__call__(*args, **inputs)

    @wraps(evaluate)
    def timed(self: Any, *args: Any, **kwargs: Any) -> Any:
        with meter.validation():
            return evaluate(self, *args, **kwargs)

    PreTrainedModel.__call__, Trainer.evaluate = call, timed
    try:
        yield meter
    finally:
        del PreTrainedModel.__call__
        Trainer.evaluate = evaluate


def _real_tokens(model: Any, inputs: dict[str, Any]) -> Any:
    mask = inputs.get("attention_mask")
    if mask is not None and mask.dim() == 2:
        return mask.sum()
    return (inputs["input_ids"] != model.config.pad_token_id).sum()
