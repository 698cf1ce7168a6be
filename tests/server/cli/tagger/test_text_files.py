"""Texts from files and from standard input."""

import io
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from server.cli.tagger.text_files import STANDARD_INPUT, TextInput, read_texts


@pytest.fixture
def set_stdin(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    def replace(content: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    return replace


def texts(*files: Path, lines: bool = False) -> list[str]:
    return [item.text for item in read_texts(files, lines=lines)]


def test_lines_of_plain_text_can_be_documents(tmp_path: Path) -> None:
    (tmp_path / "lines.txt").write_text("one line\n\nanother line\n")
    assert texts(tmp_path / "lines.txt", lines=True) == ["one line", "another line"]
    assert texts(tmp_path / "lines.txt") == ["one line\n\nanother line\n"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_end_of_a_line_ends_one(tmp_path: Path, end: bytes) -> None:
    (tmp_path / "lines.txt").write_bytes(end.join([b"one line", b"", b"another line", b""]))
    assert texts(tmp_path / "lines.txt", lines=True) == ["one line", "another line"]
    (tmp_path / "jsonl").write_bytes(end.join([b'{"text": "one"}', b'{"text": "two"}']))
    assert texts(tmp_path / "jsonl") == ["one", "two"]


@pytest.mark.parametrize("files", [(), (STANDARD_INPUT,)])
def test_line_ends_of_plain_text_are_not_changed(
    set_stdin: Callable[[bytes], None], files: tuple[Path, ...]
) -> None:
    set_stdin(b"one\r\ntwo")
    assert texts(*files) == ["one\r\ntwo"]


def test_standard_input_is_jsonl_if_its_first_line_is(set_stdin: Callable[[bytes], None]) -> None:
    set_stdin(b'{"text": "one"}\n{"text": "two"}\n')
    assert texts() == ["one", "two"]
    set_stdin(b'{"title": "one"}\n')
    assert texts() == ['{"title": "one"}\n']


def test_several_files_are_read_in_order(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("first")
    (tmp_path / "b.jsonl").write_text('{"text": "second"}\n\n{"text": "third"}\n')
    (tmp_path / "empty.txt").write_text("")
    names = ("a.txt", "empty.txt", "b.jsonl")
    assert texts(*(tmp_path / name for name in names)) == ["first", "second", "third"]


def test_other_keys_than_text_gold_and_id_are_kept(set_stdin: Callable[[bytes], None]) -> None:
    set_stdin(b'{"id": 7, "text": "nothing", "label": [[0, 3, "OLD"]], "doi": "10.1/x"}')
    assert list(read_texts((), lines=False)) == [TextInput("nothing", {"doi": "10.1/x"})]


def test_a_byte_order_mark_is_not_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "marked.txt").write_bytes(b"\xef\xbb\xbfcaf\xc3\xa9")
    assert texts(tmp_path / "marked.txt") == ["café"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text": 3}', 'line 2: expected a string under "text"'),
        ('{"text": ', "line 2: expected one JSON object per line: .* column 10"),
        ('["text"]', "line 2: expected one JSON object"),
        ('{"text": "\\ud83d"}', "line 2: the text has half a surrogate pair"),
    ],
)
def test_a_bad_line_is_named_after_the_good_ones(
    set_stdin: Callable[[bytes], None], line: str, message: str
) -> None:
    set_stdin(f'{{"text": "good"}}\n{line}\n'.encode())
    items = read_texts((), lines=False)
    assert next(items).text == "good"
    with pytest.raises(click.ClickException, match=f"^standard input, {message}"):
        next(items)


@pytest.mark.parametrize(("name", "lines"), [("a.txt", False), ("a.txt", True), ("a.jsonl", False)])
def test_input_that_is_not_utf8_is_refused(tmp_path: Path, name: str, lines: bool) -> None:
    (tmp_path / name).write_bytes(b"caf\xe9")
    with pytest.raises(click.ClickException, match=rf"{name}.*: not UTF-8"):
        texts(tmp_path / name, lines=lines)


def test_numbers_that_are_not_json_are_refused(set_stdin: Callable[[bytes], None]) -> None:
    set_stdin(b'{"text": "one"}\n{"text": "two", "page": NaN}\n')
    with pytest.raises(click.ClickException, match="line 2: expected JSON, got NaN"):
        texts()


def test_a_text_may_stand_under_data(set_stdin: Callable[[bytes], None]) -> None:
    set_stdin(b'{"data": "one"}\n{"data": "two"}\n')
    assert texts() == ["one", "two"]


@pytest.mark.parametrize("content", [b"", b"\n", b" \n\n"])
@pytest.mark.parametrize("lines", [False, True])
def test_input_without_any_text_is_refused(
    set_stdin: Callable[[bytes], None], tmp_path: Path, content: bytes, lines: bool
) -> None:
    files = [tmp_path / "a.txt", tmp_path / "b.jsonl"]
    for file in files:
        file.write_bytes(content)
    with pytest.raises(click.ClickException, match=r"no text in .*a\.txt, .*b\.jsonl: give"):
        texts(*files, lines=lines)
    set_stdin(content)
    with pytest.raises(click.ClickException, match="no text in standard input: give"):
        texts(lines=lines)


def test_a_document_with_an_empty_text_is_one(set_stdin: Callable[[bytes], None]) -> None:
    set_stdin(b'{"text": ""}\n')
    assert texts() == [""]
