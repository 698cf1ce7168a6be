"""Loads the engine of a version: OpenVINO where the version was exported, torch elsewhere."""

import logging
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from ner.engines.engine import Engine
from ner.engines.precisions import Precision, PrecisionCheck, candidates
from ner.engines.processor import processor_kind

logger = logging.getLogger(__name__)

OPENVINO_FOLDER = "openvino"


def load_engine(
    path: Path,
    checks: Sequence[PrecisionCheck],
    *,
    precision: Precision | None = None,
    threads: int | None = None,
) -> Engine:
    """The engine of a version folder, in this precision or in the fastest of the passed `checks`.

    Torch is imported only for a version that was not exported, or where OpenVINO is not installed;
    it ignores `precision`. Raises CorruptVersion when the folder
    has no model that can be loaded.
    """
    if (path / OPENVINO_FOLDER).is_dir() and find_spec("openvino") is not None:
        from ner.engines.openvino_engine import OpenVinoEngine

        chosen = precision or candidates(checks, processor_kind())[0]
        return OpenVinoEngine.load(path, chosen, threads=threads)
    from ner.engines.torch_engine import TorchEngine

    return TorchEngine.load(path, threads=threads)
