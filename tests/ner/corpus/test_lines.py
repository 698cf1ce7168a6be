from pathlib import Path

import pytest

from ner.corpus.lines import BadLine, numbered_lines
from ner.errors import CorpusError


def _lines(folder: Path, content: bytes) -> list[tuple[int, str | BadLine]]:
    path = folder / "file.txt"
    path.write_bytes(content)
    return list(numbered_lines(path))


def test_lines_are_numbered_from_1_and_have_no_line_break(tmp_path: Path) -> None:
    assert _lines(tmp_path, b"a\n\nb") == [(1, "a"), (2, ""), (3, "b")]


def test_line_feeds_and_carriage_returns_end_a_line_and_nothing_else(tmp_path: Path) -> None:
    content = "a\r\nb\u2028c\u0085d\x0ce"
    assert _lines(tmp_path, content.encode()) == [(1, "a"), (2, "b\u2028c\u0085d\x0ce")]
    assert _lines(tmp_path, b"a\rb\r\rc\r") == [(1, "a"), (2, "b"), (3, ""), (4, "c")]
    assert _lines(tmp_path, b"a\r\r\nb\n") == [(1, "a"), (2, "b")]


def test_a_byte_order_mark_is_left_out_at_the_start_of_each_line(tmp_path: Path) -> None:
    content = "\ufeffa\n\ufeffb\nc\ufeffd".encode()
    assert _lines(tmp_path, content) == [(1, "a"), (2, "b"), (3, "c\ufeffd")]


def test_a_line_that_is_not_utf_8_names_its_first_bad_byte(tmp_path: Path) -> None:
    bad = BadLine(2, "byte 0xe9 at position 1; expected UTF-8")
    assert _lines(tmp_path, b"a\nb\xe9\nc\n") == [(1, "a"), (2, bad), (3, "c")]


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"cannot read .*missing: No such file"):
        list(numbered_lines(tmp_path / "missing"))
