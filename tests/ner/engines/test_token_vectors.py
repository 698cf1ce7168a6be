"""The vectors of tokens, mapped from a file of weights."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from safetensors.numpy import save_file

from ner.engines import token_vectors
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


def test_the_file_may_be_removed_meanwhile(tmp_path: Path) -> None:
    vectors = TokenVectors.open(saved(tmp_path, TABLE), "words")
    (tmp_path / WEIGHTS_FILE).unlink()
    np.testing.assert_array_equal(vectors.of(np.array([2])), TABLE[[2]])


def test_a_limited_number_of_vectors_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_vectors, "KEPT_VECTORS", 2)
    vectors = TokenVectors.open(saved(tmp_path, TABLE), "words")
    for _ in range(3):
        np.testing.assert_array_equal(vectors.of(np.arange(4)), TABLE)
        assert len(vectors._kept) <= 2


def test_a_vector_is_read_once(tmp_path: Path) -> None:
    vectors = TokenVectors.open(saved(tmp_path, TABLE), "words")
    vectors.of(np.array([1, 3]))
    (tmp_path / WEIGHTS_FILE).write_bytes(b"")
    np.testing.assert_array_equal(vectors.of(np.array([3, 1, 3])), TABLE[[3, 1, 3]])
    with pytest.raises(OSError, match="is cut short"):
        vectors.of(np.array([2]))


@pytest.mark.parametrize("number", [4, -1])
def test_an_unknown_id_is_an_error(tmp_path: Path, number: int) -> None:
    with pytest.raises(IndexError):
        TokenVectors.open(saved(tmp_path, TABLE), "words").of(np.array([0, number]))


def test_no_ids_have_no_vectors(tmp_path: Path) -> None:
    vectors = TokenVectors.open(saved(tmp_path, TABLE), "words")
    assert vectors.of(np.zeros((2, 0), np.int64)).shape == (2, 0, 3)


def test_a_file_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, TABLE) / WEIGHTS_FILE
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(ValueError, match="is cut short"):
        TokenVectors.open(tmp_path, "words")


@pytest.mark.parametrize("name", ["other", "bias"])
def test_what_is_no_matrix_is_named(tmp_path: Path, name: str) -> None:
    save_file({"words": TABLE, "bias": np.ones(3, np.float32)}, tmp_path / WEIGHTS_FILE)
    with pytest.raises(ValueError, match=f"has no matrix '{name}' in float32 or float16"):
        TokenVectors.open(tmp_path, name)


def test_whole_numbers_are_no_vectors(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no matrix 'words'"):
        TokenVectors.open(saved(tmp_path, TABLE.astype(np.int64)), "words")
