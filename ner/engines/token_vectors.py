"""The vectors of a model's tokens, which are looked up outside of OpenVINO.

They are most of a small model's weights, and an answer needs a few of them. They are read from the
file that the version has anyway: the system keeps it in its cache, which all processes share, and
the process holds none of it. A mapped file would count as memory of the process, all around each
vector that was ever read.
"""

import json
import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ner.engines.engine import Ids, Rows

WEIGHTS_FILE = "model.safetensors"
_TYPES: dict[str, npt.DTypeLike] = {"F32": "<f4", "F16": "<f2"}
_LENGTH_BYTES = 8
# 6 MB of vectors of 384 numbers in float32.
KEPT_VECTORS = 4_096


class TokenVectors:
    """The vectors of all tokens, a matrix ``[n_tokens, size]``. Safe to share between threads."""

    def __init__(
        self, path: Path, *, offset: int, shape: tuple[int, int], kind: npt.DTypeLike
    ) -> None:
        """The matrix begins at `offset` in the file. Raises OSError, ValueError if it is short."""
        self._tokens, self._size = shape
        self._kind = np.dtype(kind)
        self._offset = offset
        # Kept open: the folder of a version may be removed while it is served.
        self._file = path.open("rb", buffering=0)
        # Most texts have the same few thousand tokens; reading one takes some microseconds.
        self._kept: dict[int, npt.NDArray[np.floating]] = {}
        end = offset + self._tokens * self._size * self._kind.itemsize
        if os.fstat(self._file.fileno()).st_size < end:
            self._file.close()
            raise ValueError(f"{path} is cut short")

    @staticmethod
    def open(folder: Path, tensor: str) -> "TokenVectors":
        """The tensor of this name in a folder's weights, a file in the format of Safetensors.

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
        return TokenVectors(path, offset=offset, shape=shape, kind=kind)

    def of(self, ids: Ids) -> Rows:
        """The vectors of ids of any shape, ``[..., size]``.

        Raises IndexError for an id that is not below the number of tokens, and OSError when the
        file cannot be read any more.
        """
        different, places = np.unique(ids, return_inverse=True)
        if len(different) and not 0 <= different[0] <= different[-1] < self._tokens:
            raise IndexError(f"there are {self._tokens} tokens, not {different[-1]}")
        rows = np.empty((len(different), self._size), np.float32)
        for row, token in zip(rows, different.tolist(), strict=True):
            row[:] = self._vector(token)
        return rows[places].reshape(*ids.shape, self._size)

    def _vector(self, token: int) -> npt.NDArray[np.floating]:
        vector = self._kept.get(token)
        if vector is None:
            vector = np.empty(self._size, self._kind)
            offset = self._offset + token * vector.nbytes
            if os.preadv(self._file.fileno(), [vector.data], offset) < vector.nbytes:
                raise OSError(f"{self._file.name} is cut short")
            if len(self._kept) >= KEPT_VECTORS:
                self._kept.clear()
            self._kept[token] = vector
        return vector
