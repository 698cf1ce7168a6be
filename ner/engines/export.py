"""Exports a model for OpenVINO, in floating point and in int8."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openvino
import torch

from ner.engines.engine import padded
from ner.engines.loading import OPENVINO_FOLDER
from ner.engines.openvino_engine import MODEL_FILES

logger = logging.getLogger(__name__)

# Windows whose values int8 is calibrated with.
CALIBRATION_WINDOWS = 64
# Looking an embedding up costs nothing; in int8 OpenVINO unpacks the whole table to float32.
_LEFT_IN_FLOAT = ("Gather",)


class _Logits(torch.nn.Module):
    """A model whose output is the logits alone."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.model(input_ids=input_ids, attention_mask=attention_mask).logits
        return logits


def export(model: Any, folder: Path, windows: Sequence[Sequence[int]]) -> None:
    """Writes the model for OpenVINO below a version's folder, in floating point and in int8.

    `model` is a transformers model for token classification on the CPU; int8 is calibrated with
    `windows` of token ids. Weights are stored in float16. Raises whatever OpenVINO raises for an
    architecture that it cannot convert.
    """
    import nncf

    (folder / OPENVINO_FOLDER).mkdir(exist_ok=True)
    converted = _converted(model)
    openvino.save_model(
        converted, folder / OPENVINO_FOLDER / MODEL_FILES["fp32"], compress_to_fp16=True
    )
    padding = model.config.pad_token_id or 0
    quantized = nncf.quantize(
        converted,
        nncf.Dataset(windows[:CALIBRATION_WINDOWS], lambda window: _inputs([window], padding)),
        model_type=nncf.ModelType.TRANSFORMER,
        subset_size=min(len(windows), CALIBRATION_WINDOWS),
        ignored_scope=nncf.IgnoredScope(types=list(_LEFT_IN_FLOAT), validate=False),
    )
    openvino.save_model(
        quantized, folder / OPENVINO_FOLDER / MODEL_FILES["int8"], compress_to_fp16=True
    )


def _converted(model: Any) -> Any:
    ids = torch.ones((2, 16), dtype=torch.long)
    example = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    with torch.inference_mode():
        return openvino.convert_model(_Logits(model.eval()), example_input=example)


def _inputs(windows: Sequence[Sequence[int]], padding: int) -> dict[str, np.ndarray[Any, Any]]:
    ids, mask = padded(windows, padding)
    return {"input_ids": ids, "attention_mask": mask}
