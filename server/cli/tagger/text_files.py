"""Texts from files or standard input, for commands that need no spans: JSONL or plain text."""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import click

from ner.corpus.corpus import JSONL_SUFFIXES
from ner.corpus.lines import split_lines
from ner.corpus.record import RESERVED_KEYS, record_text
from ner.corpus.strict_json import parse_object
from ner.text.surrogates import has_lone_surrogate


@dataclass(frozen=True, slots=True)
class TextInput:
    """A text, and in `rest` the keys of its JSON line that are not reserved, to pass through."""

    text: str
    rest: Mapping[str, object] = field(default_factory=dict)


STANDARD_INPUT = Path("-")
TEXTS = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


def read_texts(files: tuple[Path, ...], *, lines: bool) -> Iterator[TextInput]:
    """Yields the texts of all files in order, or of standard input if there are none.

    A file is JSONL if its name or its first line says so. Otherwise it is one text, or with `lines`
    each of its lines is one. It is read as the texts are needed. Raises ClickException, with file
    and line, for input that cannot be read, and at the end if there was no text.
    """
    paths = files or (STANDARD_INPUT,)
    is_empty = True
    for path in paths:
        for text in _read_file(path, lines=lines):
            is_empty = False
            yield text
    if is_empty:
        names = ", ".join(_name(path) for path in paths)
        raise click.ClickException(f"no text in {names}: give at least one document with a text")


def _read_file(path: Path, *, lines: bool) -> Iterator[TextInput]:
    if path == STANDARD_INPUT:
        yield from _read(sys.stdin.buffer, _name(path), lines=lines)
        return
    with path.open("rb") as file:
        is_jsonl = path.suffix.lower() in JSONL_SUFFIXES
        yield from _read(file, _name(path), lines=lines, is_jsonl=is_jsonl)


def _name(path: Path) -> str:
    return "standard input" if path == STANDARD_INPUT else str(path)


def _read(file: BinaryIO, name: str, *, lines: bool, is_jsonl: bool = False) -> Iterator[TextInput]:
    """Yields the texts of one file, read as they are needed unless it is one plain text."""
    first = file.readline()
    rows = split_lines(chain([first] if first else [], file))
    start = next(split_lines([first]), b"")
    if is_jsonl or _is_jsonl(start):
        for number, row in enumerate(rows, start=1):
            if row.strip():
                yield _from_json(row, f"{name}, line {number}")
    elif lines:
        for number, row in enumerate(rows, start=1):
            if row.strip():
                yield TextInput(_decoded(row, f"{name}, line {number}"))
    elif (text := _decoded(first + file.read(), name)).strip():
        yield TextInput(text)


def _is_jsonl(line: bytes) -> bool:
    try:
        row = json.loads(line)
    except ValueError:
        return False
    return isinstance(row, dict) and ("text" in row or isinstance(row.get("data"), str))


def _from_json(row: bytes, location: str) -> TextInput:
    try:
        content = parse_object(_decoded(row, location))
        text = record_text(content)
    except ValueError as error:
        raise click.ClickException(f"{location}: {error}") from None
    if has_lone_surrogate(text):
        raise click.ClickException(f"{location}: the text has half a surrogate pair; fix the file")
    return TextInput(text, {key: content[key] for key in content.keys() - RESERVED_KEYS})


def _decoded(data: bytes, location: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.ClickException(
            f"{location}: not UTF-8 ({error.reason}); convert the file first"
        ) from None
