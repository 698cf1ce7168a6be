"""Exports a model from torch to OpenVINO, in floating point."""

import warnings
from pathlib import Path
from typing import Any

import torch

from ner.engines.loading import OPENVINO_FOLDER
from ner.engines.openvino_engine import MODEL_FILES, TOKEN_VECTORS
from ner.engines.openvino_library import openvino
from ner.models.base_model import quiet


class _Logits(torch.nn.Module):
    """A model from the vectors of its tokens to the logits alone."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, inputs_embeds: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        outputs = self.model(inputs_embeds=inputs_embeds, attention_mask=attention_mask)
        logits: torch.Tensor = outputs.logits
        return logits


def export(model: Any, folder: Path, *, longest: int) -> None:
    """Writes the model for OpenVINO below a version's folder, with weights in float16.

    It takes windows of up to `longest` tokens, because an architecture may make constants of what
    it derives from the length of the example. `model` is the transformers model for token
    classification that the folder has, on the CPU. Raises whatever OpenVINO raises for an
    architecture that it cannot convert.
    """
    vectors = torch.zeros((2, longest, model.get_input_embeddings().embedding_dim))
    mask = torch.ones((2, longest), dtype=torch.long)
    with torch.inference_mode(), warnings.catch_warnings(), quiet():
        # Tracing warns of shapes that become constants; those of `inputs_embeds` do not.
        warnings.simplefilter("ignore")
        converted = openvino.convert_model(
            _Logits(model.eval()),
            example_input={"inputs_embeds": vectors, "attention_mask": mask},
        )
    converted.set_rt_info(_token_vectors(model), list(TOKEN_VECTORS))
    file = folder / OPENVINO_FOLDER / MODEL_FILES["fp32"]
    openvino.save_model(converted, file, compress_to_fp16=True)


def _token_vectors(model: Any) -> str:
    """The name of the tensor that has the vectors of the tokens."""
    weight = model.get_input_embeddings().weight
    return next(str(name) for name, parameter in model.named_parameters() if parameter is weight)
