"""The vectors of a model's tokens, which are looked up outside of OpenVINO.

They are most of a small model's weights, and an answer needs a few of them. Mapped from the file
that the version has anyway, they take no memory of their own, and processes that serve the same
version share them.
"""

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ner.engines.engine import Ids, Rows

WEIGHTS_FILE = "model.safetensors"
_TYPES: dict[str, npt.DTypeLike] = {"F32": "<f4", "F16": "<f2"}
_LENGTH_BYTES = 8


class TokenVectors:
    """The vectors of all tokens, `table` is ``[n_tokens, size]``. Safe to share between threads."""

    def __init__(self, table: npt.NDArray[np.floating]) -> None:
        self._table = table

    @staticmethod
    def open(folder: Path, tensor: str) -> "TokenVectors":
        """Maps the tensor of this name in a folder's weights, a file in the format of Safetensors.

        Raises OSError when the file cannot be read, and ValueError when it has no such matrix in
        float32 or float16.
        """
        path = folder / WEIGHTS_FILE
        with path.open("rb") as file:
            length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
            header = json.loads(file.read(length))
        entry = header.get(tensor, {})
        kind, shape = _TYPES.get(entry.get("dtype")), tuple(entry.get("shape", ()))
        if kind is None or len(shape) != 2:
            raise ValueError(f"{path} has no matrix {tensor!r} in float32 or float16")
        offset = _LENGTH_BYTES + length + entry["data_offsets"][0]
        return TokenVectors(np.memmap(path, kind, mode="r", offset=offset, shape=shape))

    def of(self, ids: Ids) -> Rows:
        """The vectors of ids of any shape, ``[..., size]``.

        Raises IndexError for an id that is not below the number of tokens.
        """
        return np.asarray(self._table[ids], np.float32)
