"""The weights that a training wrote, to compare two trainings by."""

from pathlib import Path

import numpy as np
from safetensors.numpy import load_file


def saved_weights(folder: Path) -> dict[str, np.ndarray]:
    """The arrays of a model folder by name."""
    return load_file(folder / "model.safetensors")


def same_weights(first: Path, second: Path) -> bool:
    """Whether two model folders have the same names and bit for bit the same values."""
    one, other = saved_weights(first), saved_weights(second)
    return one.keys() == other.keys() and all(
        np.array_equal(one[name], other[name]) for name in one
    )
