"""The torch engine, which runs every model."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from ner.engines.engine import Ids, Rows, in_batches
from ner.engines.memory import return_freed_memory
from ner.errors import BaseModelError, CorruptVersion
from ner.models.base_model import load_config, load_weights, tags_of
from ner.tags import labels_of

# Padded tokens in one forward pass, enough for a GPU.
BATCH_TOKENS = 4096


class TorchEngine:
    """A token classification model in float32. Safe to share between threads.

    It computes on the device on which the model is: on a GPU in bfloat16 where that is native.
    """

    def __init__(self, model: Any) -> None:
        """`model` is a transformers model for token classification; it is put in evaluation mode.

        Raises ValueError when its tags are not those of `ner.tags`.
        """
        self.labels = labels_of(tags_of(model.config))
        self._model = model.eval()
        self._padding = model.config.pad_token_id or 0

    @staticmethod
    def load(path: Path, *, threads: int | None = None, on_gpu: bool = True) -> "TorchEngine":
        """The engine of a saved version, with `on_gpu` on the GPU if there is one.

        `threads` sets torch's threads for the whole process. Raises CorruptVersion when the folder
        has no model that can be loaded.
        """
        if threads is not None:
            torch.set_num_threads(threads)
        try:
            model = load_weights(str(path), load_config(str(path)), trained=True)
            return TorchEngine(_on(_device(), model) if on_gpu else model)
        except (BaseModelError, ValueError) as error:
            raise CorruptVersion(f"{path} has no usable model: {error}") from error

    def log_probs(
        self, windows: Sequence[Sequence[int]], between: Callable[[], None] | None = None
    ) -> list[Rows]:
        """See `ner.engines.engine.Engine.log_probs`."""
        return in_batches(
            windows, self._forward, between, padding=self._padding, most_tokens=BATCH_TOKENS
        )

    def release_memory(self) -> None:
        """See `ner.engines.engine.Engine.release_memory`; on a GPU torch keeps its memory."""
        return_freed_memory()

    def _forward(self, ids: Ids, mask: Ids) -> Rows:
        device = self._model.device
        inputs = [torch.from_numpy(array).to(device) for array in (ids, mask)]
        with torch.inference_mode(), _autocast(device):
            logits = self._model(input_ids=inputs[0], attention_mask=inputs[1]).logits
        rows: Rows = logits.float().log_softmax(dim=-1).cpu().numpy()
        return rows


def _device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _on(device: torch.device, model: Any) -> Any:
    """The model on this device, with what its matrices are multiplied by in bfloat16 there."""
    model = model.to(device)
    if _in_bfloat16(device):
        # cuDNN's attention prepares each new shape for tens of milliseconds.
        torch.backends.cuda.enable_cudnn_sdp(False)
        # Casting them at each pass takes as long as the pass of a small model.
        for module in model.modules():
            if isinstance(module, torch.nn.Linear):
                module.to(torch.bfloat16)
    return model


def _autocast(device: torch.device) -> torch.autocast:
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=_in_bfloat16(device))


def _in_bfloat16(device: torch.device) -> bool:
    return device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
