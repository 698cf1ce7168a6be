"""Loads the engine of a version: OpenVINO where the version was exported, torch elsewhere."""

from collections.abc import Sequence
from pathlib import Path

from ner.engines.engine import Engine
from ner.engines.precisions import Precision, PrecisionCheck, candidates
from ner.engines.processor import processor_kind

OPENVINO_FOLDER = "openvino"


def is_exported(path: Path) -> bool:
    """Whether a version folder has models for OpenVINO."""
    return (path / OPENVINO_FOLDER).is_dir()


def load_engine(
    path: Path,
    checks: Sequence[PrecisionCheck],
    *,
    precision: Precision | None = None,
    threads: int | None = None,
    openvino: bool = True,
) -> Engine:
    """The engine of a version folder, in this precision or in the fastest of the passed `checks`.

    It is torch, which ignores `precision`, for a version that was not exported, or without
    `openvino`. Raises CorruptVersion when the folder has no model that can be loaded.
    """
    if openvino and is_exported(path):
        from ner.engines.openvino_engine import OpenVinoEngine

        chosen = precision or candidates(checks, processor_kind())[0]
        return OpenVinoEngine.load(path, chosen, threads=threads)
    from ner.engines.torch_engine import TorchEngine

    return TorchEngine.load(path, threads=threads)
