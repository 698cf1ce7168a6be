"""The vectors of tokens, mapped from a file of weights."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from safetensors.numpy import save_file

from ner.engines.token_vectors import WEIGHTS_FILE, TokenVectors

TABLE = np.arange(12, dtype=np.float32).reshape(4, 3)


def saved(folder: Path, table: npt.NDArray[np.generic]) -> Path:
    other = np.ones((2, 5), np.float32)
    save_file({"a": other, "words": table, "z": other}, folder / WEIGHTS_FILE)
    return folder


@pytest.mark.parametrize("kind", [np.float32, np.float16])
def test_the_rows_of_ids_are_looked_up(tmp_path: Path, kind: type[np.floating]) -> None:
    vectors = TokenVectors.open(saved(tmp_path, TABLE.astype(kind)), "words")
    rows = vectors.of(np.array([[3, 0], [1, 1]]))
    assert (rows.dtype, rows.shape) == (np.float32, (2, 2, 3))
    np.testing.assert_array_equal(rows, TABLE[[[3, 0], [1, 1]]])


def test_an_unknown_id_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(IndexError):
        TokenVectors.open(saved(tmp_path, TABLE), "words").of(np.array([4]))


@pytest.mark.parametrize("name", ["other", "bias"])
def test_what_is_no_matrix_is_named(tmp_path: Path, name: str) -> None:
    save_file({"words": TABLE, "bias": np.ones(3, np.float32)}, tmp_path / WEIGHTS_FILE)
    with pytest.raises(ValueError, match=f"has no matrix '{name}' in float32 or float16"):
        TokenVectors.open(tmp_path, name)


def test_whole_numbers_are_no_vectors(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no matrix 'words'"):
        TokenVectors.open(saved(tmp_path, TABLE.astype(np.int64)), "words")
