"""Versions with the same tokenizer share it, as long as one of them is loaded."""

import gc
from pathlib import Path
from weakref import ref

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from ner.errors import CorruptVersion
from ner.text.saved_tokenizer import TOKENIZER_FILE, load_saved_tokenizer


def saved(folder: Path, *words: str) -> Path:
    """A folder with a tokenizer that knows these words."""
    vocabulary = {word: number for number, word in enumerate(["?", *words])}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="?"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.enable_truncation(2)
    tokenizer.enable_padding(length=9)
    folder.mkdir()
    tokenizer.save(str(folder / TOKENIZER_FILE))
    return folder


def test_nothing_is_cut_or_padded(tmp_path: Path) -> None:
    tokenizer = load_saved_tokenizer(saved(tmp_path / "v", "Oslo"))
    assert tokenizer.encode("Oslo or Oslo").ids == [1, 0, 1]


def test_the_same_tokenizer_is_in_memory_once(tmp_path: Path) -> None:
    one = load_saved_tokenizer(saved(tmp_path / "v1", "Oslo"))
    assert load_saved_tokenizer(saved(tmp_path / "v2", "Oslo")) is one
    other = load_saved_tokenizer(saved(tmp_path / "v3", "Ada"))
    assert other.encode("Ada").ids == [1]


def test_a_tokenizer_that_nobody_uses_is_freed(tmp_path: Path) -> None:
    tokenizer = load_saved_tokenizer(saved(tmp_path / "v", "Oslo"))
    alive = ref(tokenizer)
    del tokenizer
    gc.collect()
    assert alive() is None


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]"])
def test_a_file_that_is_no_tokenizer_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / TOKENIZER_FILE).write_bytes(content)
    with pytest.raises(CorruptVersion, match=r"tokenizer\.json cannot be read as a tokenizer"):
        load_saved_tokenizer(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorruptVersion, match=r"tokenizer\.json cannot be read as a tokenizer"):
        load_saved_tokenizer(tmp_path)
