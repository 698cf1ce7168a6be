"""Loads an engine for the model in a version folder."""

from pathlib import Path
from typing import Literal, TypeAlias

from ner.engines.engine import Engine
from ner.engines.precisions import Precision

# A precision is one of OpenVINO; "torch" computes on the GPU if there is one, "reference" is torch
# in float32 on the CPU, with which the precisions are compared.
EngineKind: TypeAlias = Precision | Literal["torch", "reference"]

OPENVINO_FOLDER = "openvino"


def load_engine(
    path: Path, kind: EngineKind, *, longest: int, threads: int | None = None
) -> Engine:
    """The engine for windows of up to `longest` tokens, with `threads` of its own.

    Raises CorruptVersion when the folder has no such model that can be loaded.
    """
    if kind == "torch" or kind == "reference":  # mypy does not narrow by `in`
        from ner.engines.torch_engine import TorchEngine

        return TorchEngine.load(path, threads=threads, on_gpu=kind == "torch")
    from ner.engines.openvino_engine import OpenVinoEngine

    return OpenVinoEngine.load(path, kind, longest=longest, threads=threads)
