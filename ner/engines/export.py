"""Exports a model for OpenVINO, in floating point and in int8."""

import io
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import torch

from ner.engines.engine import padded
from ner.engines.loading import OPENVINO_FOLDER
from ner.engines.openvino_engine import MODEL_FILES, TOKEN_VECTORS
from ner.engines.openvino_library import openvino
from ner.engines.token_vectors import TokenVectors
from ner.models.base_model import quiet

Inputs: TypeAlias = Mapping[str, np.ndarray[Any, Any]]

# Windows whose values int8 is calibrated with.
CALIBRATION_WINDOWS = 32
# Looking up the vector of a position costs nothing, and is exact in floating point.
_LEFT_IN_FLOAT = ("Gather",)


class _Logits(torch.nn.Module):
    """A model from the vectors of its tokens to the logits alone."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, inputs_embeds: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        outputs = self.model(inputs_embeds=inputs_embeds, attention_mask=attention_mask)
        logits: torch.Tensor = outputs.logits
        return logits


def export(model: Any, folder: Path, windows: Sequence[Sequence[int]]) -> None:
    """Writes the model for OpenVINO below a version's folder, in floating point and in int8.

    `model` is the transformers model for token classification that the folder has, on the CPU; int8
    is calibrated with `windows` of token ids. Weights are stored in float16. Raises whatever
    OpenVINO raises for an architecture that it cannot convert, and ValueError when the vectors of
    the tokens cannot be read from the folder.
    """
    target, name = folder / OPENVINO_FOLDER, _token_vectors(model)
    target.mkdir(exist_ok=True)
    vectors, padding = TokenVectors.open(folder, name), model.config.pad_token_id or 0
    with _quiet():
        converted = _converted(model)
        converted.set_rt_info(name, list(TOKEN_VECTORS))
        openvino.save_model(converted, target / MODEL_FILES["fp32"], compress_to_fp16=True)
        inputs = [_inputs(vectors, [window], padding) for window in windows[:CALIBRATION_WINDOWS]]
        quantized = _quantized(converted, inputs)
        openvino.save_model(quantized, target / MODEL_FILES["int8"], compress_to_fp16=True)


def _quantized(converted: Any, inputs: Sequence[Inputs]) -> Any:
    import nncf

    nncf.set_log_level(logging.ERROR)
    return nncf.quantize(
        converted,
        nncf.Dataset(inputs),
        model_type=nncf.ModelType.TRANSFORMER,
        subset_size=len(inputs),
        ignored_scope=nncf.IgnoredScope(types=list(_LEFT_IN_FLOAT), validate=False),
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Hides what the libraries write about their own affairs: progress bars and warnings."""
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()), quiet():
        warnings.simplefilter("ignore")
        yield


def _converted(model: Any) -> Any:
    vectors = torch.zeros((2, 16, model.get_input_embeddings().embedding_dim))
    mask = torch.ones((2, 16), dtype=torch.long)
    with torch.inference_mode():
        return openvino.convert_model(
            _Logits(model.eval()),
            example_input={"inputs_embeds": vectors, "attention_mask": mask},
        )


def _token_vectors(model: Any) -> str:
    """The name of the tensor that has the vectors of the tokens."""
    weight = model.get_input_embeddings().weight
    return next(str(name) for name, parameter in model.named_parameters() if parameter is weight)


def _inputs(vectors: TokenVectors, windows: Sequence[Sequence[int]], padding: int) -> Inputs:
    ids, mask = padded(windows, padding)
    return {"inputs_embeds": vectors.of(ids), "attention_mask": mask}
