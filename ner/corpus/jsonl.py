"""JSON files of documents: one object on each line, or one array of objects."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from ner.corpus.lines import BadLine
from ner.corpus.record import Item, read_record
from ner.corpus.strict_json import DECODER, expect_object, parse_object
from ner.spans import Document
from ner.text.offsets import OffsetUnit, spans_from_codepoints

T = TypeVar("T")

_BLANKS = " \t\n\r"


def read_jsonl(
    lines: Iterable[tuple[int, str | BadLine]], unit: OffsetUnit, source: str
) -> Iterator[Item]:
    """The document of each line that is not blank, or what is wrong with it."""
    for number, line in lines:
        if isinstance(line, BadLine):
            yield line
        elif line.strip():
            yield _item(parse_object, line, unit, number, source)


def read_json_array(
    lines: Iterable[tuple[int, str | BadLine]], unit: OffsetUnit, source: str
) -> Iterator[Item]:
    """The document of each object of an array, or what is wrong with it.

    The text of the whole file is held. What is not JSON ends the reading, because nothing after it
    can be told apart.
    """
    parts: list[str] = []
    for _, line in lines:
        if isinstance(line, BadLine):
            yield replace(line, is_last=True)
            return
        parts.append(line)
    text = "\n".join(parts)
    position = _skip(text, text.index("[") + 1)
    number, counted = 1, 0
    while text[position : position + 1] != "]":
        number, counted = number + text.count("\n", counted, position), position
        try:
            value, position = DECODER.raw_decode(text, position)
            yield _item(expect_object, value, unit, number, source)
            position = _after_item(text, position)
        except RecursionError:
            problem = "expected an array of objects, got one nested too deeply"
            yield BadLine(number, problem, is_last=True)
            return
        except json.JSONDecodeError as error:
            at = number + text.count("\n", counted, error.pos)
            yield BadLine(at, f"expected an array of JSON objects: {error.msg}", is_last=True)
            return
        except ValueError as error:
            yield BadLine(number, str(error), is_last=True)
            return
    if rest := text[position + 1 :].strip():
        problem = f"expected nothing after the array, got {rest[:40]!r}"
        yield BadLine(number, problem, is_last=True)


def format_document(document: Document, unit: OffsetUnit) -> str:
    """The document as one line of ``text`` and ``label``, its offsets counted in `unit`.

    It is ASCII, because Doccano's import guesses encodings wrongly. It has no id and no meta,
    because Doccano imports an ``id`` as meta, which then replaces Doccano's own id in exports.
    """
    spans = spans_from_codepoints(document.text, document.spans, unit)
    label = [[span.start, span.end, span.label] for span in spans]
    return json.dumps({"text": document.text, "label": label})


def _item(
    parse: Callable[[T], dict[str, Any]], value: T, unit: OffsetUnit, line: int, source: str
) -> Item:
    try:
        return read_record(parse(value), unit, line, source)
    except ValueError as error:
        return BadLine(line, str(error))


def _after_item(text: str, position: int) -> int:
    """The position of the next item, or of the bracket that ends the array."""
    position = _skip(text, position)
    if text[position : position + 1] == ",":
        return _skip(text, position + 1)
    if text[position : position + 1] != "]":
        raise json.JSONDecodeError("Expecting ',' or ']' after an object", text, position)
    return position


def _skip(text: str, position: int) -> int:
    while text[position : position + 1] in _BLANKS and position < len(text):
        position += 1
    return position
