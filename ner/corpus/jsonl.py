"""Doccano's JSONL: one document per line, in each of the shapes that Doccano writes.

Spans are under ``label`` or ``labels`` as ``[start, end, label]``, or in projects with relations
under ``entities`` as objects. A missing key or null means no spans. Other keys are the document's
meta.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ner.corpus.lines import BadLine
from ner.spans import Document, Span
from ner.text.offsets import OffsetMap, OffsetUnit, spans_from_codepoints

SPAN_KEYS = ("label", "labels", "entities")
RESERVED_KEYS = frozenset({"id", "text", *SPAN_KEYS, "relations", "Comments"})


def read_jsonl(
    lines: Iterable[tuple[int, str | BadLine]], unit: OffsetUnit, source: str
) -> Iterator[Document | BadLine]:
    """The document of each line that is not blank, or what is wrong with it.

    A document without an ``id`` is named after `source` and its line.
    """
    for number, line in lines:
        if isinstance(line, BadLine):
            yield line
        elif line.strip():
            try:
                yield parse_document(line, unit, default_id=f"{source}:{number}")
            except ValueError as error:
                yield BadLine(number, str(error))


def parse_document(line: str, unit: OffsetUnit, *, default_id: str = "") -> Document:
    """The document of one line, its offsets counted in `unit`.

    Raises ValueError with what was expected and what was found instead.
    """
    record = _parse_object(line)
    text = record.get("text")
    if not isinstance(text, str):
        found = _show(text) if "text" in record else f"only the keys {sorted(record)}"
        raise ValueError(f'expected a string under "text", got {found}')
    _check_unicode(text)
    return Document(
        text=text,
        spans=_convert(text, _read_spans(record), unit),
        id=_read_id(record.get("id"), default_id),
        meta={key: value for key, value in record.items() if key not in RESERVED_KEYS},
    )


def format_document(document: Document, unit: OffsetUnit) -> str:
    """The document as one line of ``text`` and ``label``, its offsets counted in `unit`.

    It is ASCII, because Doccano's import guesses encodings wrongly. It has no id and no meta,
    because Doccano imports an ``id`` as meta, which then replaces Doccano's own id in exports.
    """
    spans = spans_from_codepoints(document.text, document.spans, unit)
    label = [[span.start, span.end, span.label] for span in spans]
    return json.dumps({"text": document.text, "label": label})


def _parse_object(line: str) -> dict[str, Any]:
    try:
        record = json.loads(line, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"expected one JSON object per line: {error.msg} at column {error.colno}"
        ) from error
    except RecursionError as error:
        raise ValueError("expected one JSON object per line, got one nested too deeply") from error
    if not isinstance(record, dict):
        raise ValueError(f"expected one JSON object per line, got {_show(record)}")
    return record


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        raise ValueError(f"expected each key once, got {', '.join(twice)} more than once")
    return record


def _check_unicode(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"expected valid Unicode, got half a surrogate pair at code point {error.start}"
        ) from error


def _read_id(value: object, default: str) -> str:
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f'expected a number or a string under "id", got {_show(value)}')
    return str(value)


def _read_spans(record: dict[str, Any]) -> list[tuple[int, int, str]]:
    given = [key for key in SPAN_KEYS if record.get(key) is not None]
    if len(given) > 1:
        raise ValueError(f"expected spans under one of {', '.join(SPAN_KEYS)}, got {given}")
    if not given:
        return []
    items = record[given[0]]
    if not isinstance(items, list):
        raise ValueError(f'expected a list under "{given[0]}", got {_show(items)}')
    return [_read_item(item, given[0]) for item in items]


def _read_item(item: object, key: str) -> tuple[int, int, str]:
    shape = "[start, end, label]"
    values: Sequence[object] = item if isinstance(item, list) else ()
    if key == "entities":
        shape = "an object with start_offset, end_offset and label"
        names = ("start_offset", "end_offset", "label")
        values = [item.get(name) for name in names] if isinstance(item, dict) else ()
    match values:
        case [int(start), int(end), str(label)] if not {type(start), type(end)} & {bool}:
            _check_unicode(label)
            return start, end, label
    raise ValueError(f'expected {shape} in "{key}", got {_show(item)}')


def _convert(
    text: str, items: Sequence[tuple[int, int, str]], unit: OffsetUnit
) -> tuple[Span, ...]:
    """The items as spans in code points; a boundary inside a surrogate pair moves outward."""
    if not items:
        return ()
    offsets = OffsetMap(text, unit)
    spans = []
    for start, end, label in items:
        if end > offsets.length:
            raise ValueError(
                f"expected spans within the text's {offsets.length} {_plural(unit)}, "
                f"got [{start}, {end}) {_show(label)}{_hint(text, end)}"
            )
        Span(start, end, label)  # raises for start >= end, which snapping could hide
        spans.append(Span(*offsets.to_codepoints(start, end), label))
    return tuple(spans)


def _hint(text: str, end: int) -> str:
    fits = [unit for unit in OffsetUnit if end <= OffsetMap(text, unit).length]
    return f"; it would fit with offsets in {' or '.join(fits)}" if fits else ""


def _plural(unit: OffsetUnit) -> str:
    names = {OffsetUnit.CODEPOINT: "code points", OffsetUnit.UTF16: "UTF-16 units"}
    return names.get(unit, "grapheme clusters")


def _show(value: object) -> str:
    """The value as JSON, cut to what fits in a message."""
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
