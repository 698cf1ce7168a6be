"""Quantizes an exported model to int8 with NNCF."""

import io
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from ner.engines.engine import padded
from ner.engines.loading import OPENVINO_FOLDER
from ner.engines.openvino_engine import MODEL_FILES, TOKEN_VECTORS
from ner.engines.openvino_library import openvino
from ner.engines.precisions import Precision
from ner.engines.token_vectors import TokenVectors

# Windows whose values the scales are taken from. With 32 of them a MiniLM in int8_mixed had 99.4 to
# 99.6 % of the spans of float32 on documents of another corpus, with 96 it had 99.8 %.
CALIBRATION_WINDOWS = 96
# Looking up the vector of a position costs nothing, and is exact in floating point.
_LEFT_IN_FLOAT = ["Gather"]

Inputs: TypeAlias = Mapping[str, np.ndarray[Any, Any]]


def quantize(folder: Path, precision: Precision, windows: Sequence[Sequence[int]]) -> None:
    """Writes the int8 model of a version's folder beside the exported one.

    `precision` is "int8" or "int8_mixed". The scales of activations are those of the `windows` of
    token ids; padding must not be among them.
    """
    logger_class = logging.getLoggerClass()
    import nncf

    # Its import replaces this one for all loggers.
    logging.setLoggerClass(logger_class)
    target = folder / OPENVINO_FOLDER
    model = openvino.Core().read_model(target / MODEL_FILES["fp32"])
    vectors = TokenVectors.open(folder, str(model.get_rt_info(list(TOKEN_VECTORS)).value))
    inputs = [_inputs(vectors, window) for window in windows]
    sensitive = [*_sensitive_layers(model)] if precision == "int8_mixed" else []
    # Its own `set_log_level` sets the level of handlers, too, which may be another library's.
    logging.getLogger("nncf").setLevel(logging.ERROR)
    # It draws bars of its progress.
    with redirect_stdout(io.StringIO()):
        quantized = nncf.quantize(
            model,
            nncf.Dataset(inputs),
            model_type=nncf.ModelType.TRANSFORMER,
            subset_size=len(inputs),
            ignored_scope=nncf.IgnoredScope(names=sensitive, types=_LEFT_IN_FLOAT, validate=False),
        )
    openvino.save_model(quantized, target / MODEL_FILES[precision], compress_to_fp16=True)


def _sensitive_layers(model: Any) -> Iterator[str]:
    """The names of the layers that have fewer outputs than inputs.

    These are the second layer of each feed-forward block, whose inputs have the widest range of
    values, and the classifier.
    """
    for operation in model.get_ops():
        if operation.get_type_name() != "MatMul":
            continue
        shape, attributes = operation.input(1).get_partial_shape(), operation.get_attributes()
        if shape.is_static and len(shape) == 2:  # weights; between activations it is neither
            outputs, inputs = [*shape.to_shape()][:: 1 if attributes["transpose_b"] else -1]
            if outputs < inputs:
                yield operation.get_friendly_name()


def _inputs(vectors: TokenVectors, window: Sequence[int]) -> Inputs:
    ids, mask = padded([window], 0)
    return {"inputs_embeds": vectors.of(ids), "attention_mask": mask}
