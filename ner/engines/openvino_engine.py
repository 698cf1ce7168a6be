"""The OpenVINO engine, which runs exported models on CPUs without torch."""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ner.engines.engine import Ids, Rows, in_batches, log_softmax
from ner.engines.loading import OPENVINO_FOLDER
from ner.engines.memory import return_freed_memory
from ner.engines.openvino_library import openvino
from ner.engines.precisions import Precision
from ner.engines.processor import multiplies_bfloat16
from ner.engines.token_vectors import TokenVectors
from ner.errors import CorruptVersion
from ner.tags import labels_of

# The files of a precision: bf16 and fp32 compute with the same weights.
MODEL_FILES: dict[Precision, str] = {
    "int8": "int8.xml",
    "int8_mixed": "int8_mixed.xml",
    "bf16": "float.xml",
    "fp32": "float.xml",
}
# Padded tokens in one forward pass. On two cores of an EPYC a MiniLM predicted affiliations 8 %
# faster than with 4096 and needed 70 MB less of memory, and an urgent text waits for less.
BATCH_TOKENS = 1024
# Lengths are padded to a multiple of it, because OpenVINO prepares each new shape.
LENGTH_MULTIPLE = 16
# Where an exported model names the tensor of its tokens' vectors.
TOKEN_VECTORS = ("nerloop", "token_vectors")


class OpenVinoEngine:
    """A token classification model in a precision. Safe to share between threads."""

    def __init__(
        self, model: Any, vectors: TokenVectors, config: Mapping[str, Any], *, longest: int
    ) -> None:
        """`model` is a compiled model with the inputs of `ner.engines.export`.

        No window is padded beyond `longest`, for which the model may have no positions. Raises
        ValueError when the tags of its transformers `config` are not those of `ner.tags`.
        """
        names = config["id2label"]
        self.labels = labels_of([names[str(index)] for index in range(len(names))])
        self._model = model
        self._vectors = vectors
        self._padding = config.get("pad_token_id") or 0
        self._longest = longest
        self._threads = threading.local()

    @staticmethod
    def load(
        path: Path, precision: Precision, *, longest: int, threads: int | None = None
    ) -> "OpenVinoEngine":
        """The engine of a version that was exported; the arguments are as in `load_engine`.

        Raises CorruptVersion when the folder has no model of this precision that can be loaded.
        """
        file = path / OPENVINO_FOLDER / MODEL_FILES[precision]
        options = options_of(precision, threads)
        try:
            config = json.loads((path / "config.json").read_bytes())
            core = openvino.Core()
            model = core.read_model(file)
            vectors = TokenVectors.open(path, str(model.get_rt_info(list(TOKEN_VECTORS)).value))
            compiled = core.compile_model(model, "CPU", options)
            return OpenVinoEngine(compiled, vectors, config, longest=longest)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise CorruptVersion(f"{file} is no usable model: {_first_line(error)}") from error

    def log_probs(
        self, windows: Sequence[Sequence[int]], between: Callable[[], None] | None = None
    ) -> list[Rows]:
        """See `ner.engines.engine.Engine.log_probs`."""
        return in_batches(
            windows,
            self._forward,
            between,
            padding=self._padding,
            most_tokens=BATCH_TOKENS,
            width=self._width,
        )

    def release_memory(self) -> None:
        """See `ner.engines.engine.Engine.release_memory`. Raises RuntimeError during a pass."""
        self._model.release_memory()
        return_freed_memory()

    def _width(self, longest: int) -> int:
        rounded = -(-longest // LENGTH_MULTIPLE) * LENGTH_MULTIPLE
        return max(longest, min(rounded, self._longest))

    def _forward(self, ids: Ids, mask: Ids) -> Rows:
        # A request serves one thread at a time.
        request = getattr(self._threads, "request", None)
        if request is None:
            request = self._threads.request = self._model.create_infer_request()
        inputs = {"inputs_embeds": self._vectors.of(ids), "attention_mask": mask}
        request.infer(inputs, share_inputs=True)
        return log_softmax(np.asarray(request.get_output_tensor(0).data, np.float32))


def options_of(precision: Precision, threads: int | None) -> dict[str, Any]:
    """OpenVINO's options for one pass at a time, over all of the `threads`."""
    # What int8 leaves in floating point is computed in bfloat16, too.
    in_bfloat16 = precision != "fp32" and multiplies_bfloat16()
    options: dict[str, Any] = {
        "INFERENCE_PRECISION_HINT": "bf16" if in_bfloat16 else "f32",
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": 1,
    }
    return options if threads is None else options | {"INFERENCE_NUM_THREADS": threads}


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
