"""One document as a JSON object, in the shapes that annotation tools write.

The text is under ``text`` (``data`` in exports of Doccano 1.0 to 1.5). Spans are under ``label``,
``labels`` or ``spans`` as ``[start, end, label]``, or under ``entities`` as objects; each key may
hold both shapes. A missing key or null means no spans, which counts as gold only where other
documents of the file have such a key. A task of Label Studio is read by `ner.corpus.label_studio`.
Other keys are the document's meta.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ner.corpus.label_studio import is_task, task_spans, task_text, why_left_out
from ner.corpus.lines import BadLine, LeftOut, Note
from ner.corpus.span_items import SPAN_KEYS, read_items, refuse_unread_spans
from ner.corpus.strict_json import show
from ner.spans import Document
from ner.text.offsets import OffsetMap, OffsetUnit
from ner.text.placement import PlacedSpans, SpanCounts, place_spans

RESERVED_KEYS = frozenset({"id", "text", *SPAN_KEYS, "relations", "Comments"})
_PRODIGY_KEYS = frozenset({"spans", "_input_hash", "_task_hash"})
_CHOICE = "a choice between options in Prodigy, without spans"
_REJECTED = {"reject": "rejected in Prodigy", "ignore": "ignored in Prodigy"}


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document from a line of a file, and what became of its spans.

    `annotated` is False when nothing says that it was annotated at all: no key for spans.
    """

    line: int
    document: Document
    counts: SpanCounts = field(default_factory=SpanCounts)
    annotated: bool = True


Item = ReadDocument | BadLine | LeftOut | Note


def read_record(
    record: Mapping[str, Any], unit: OffsetUnit, line: int, source: str
) -> ReadDocument | LeftOut:
    """The document of one object, or why the tool that wrote it does not count it as gold.

    A document without an ``id`` is named after `source` and its line. Raises ValueError with what
    was expected and what was found instead.
    """
    if reason := why_left_out(record) or _rejected(record) or _chosen(record):
        return LeftOut(line, reason)
    if is_task(record):
        text, raw, annotated = task_text(record), task_spans(record), True
    else:
        refuse_unread_spans(record)
        text = record_text(record)
        key = _span_key(record)
        raw = read_items(record[key], key) if key else []
        annotated = key is not None or _is_prodigy(record)
    _check_unicode(text)
    placed = place_spans(text, raw, unit)
    if placed.outside:
        raise ValueError(_outside(text, placed, unit))
    document = Document(
        text=text,
        spans=placed.spans,
        id=_read_id(record.get("id"), f"{source}:{line}"),
        meta=_meta(record),
    )
    return ReadDocument(line, document, placed.counts, annotated)


def record_text(record: Mapping[str, Any]) -> str:
    """The text of an object. Raises ValueError without one."""
    key = "data" if "text" not in record and isinstance(record.get("data"), str) else "text"
    text = record.get(key)
    if not isinstance(text, str):
        found = show(text) if "text" in record else f"only the keys {sorted(record)}"
        raise ValueError(f'expected a string under "text", got {found}')
    return text


def _meta(record: Mapping[str, Any]) -> dict[str, object]:
    taken = RESERVED_KEYS if "text" in record else RESERVED_KEYS | {"data"}
    if is_task(record):
        return {}
    return {key: value for key, value in record.items() if key not in taken}


def _span_key(record: Mapping[str, Any]) -> str | None:
    given = [key for key in SPAN_KEYS if record.get(key) is not None]
    if len(given) > 1:
        raise ValueError(f"expected spans under one of {', '.join(SPAN_KEYS)}, got {given}")
    return given[0] if given else None


def _is_prodigy(record: Mapping[str, Any]) -> bool:
    return record.get("answer") == "accept" and not _PRODIGY_KEYS.isdisjoint(record)


def _rejected(record: Mapping[str, Any]) -> str | None:
    answer = record.get("answer")
    if _PRODIGY_KEYS.isdisjoint(record) or not isinstance(answer, str):
        return None
    return _REJECTED.get(answer)


def _chosen(record: Mapping[str, Any]) -> str | None:
    """Why a Prodigy task in which options were chosen says nothing about spans."""
    is_choice = not _PRODIGY_KEYS.isdisjoint(record) and isinstance(record.get("options"), list)
    return _CHOICE if is_choice and _span_key(record) is None else None


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
        raise ValueError(f'expected a number or a string under "id", got {show(value)}')
    return str(value)


def _outside(text: str, placed: PlacedSpans, unit: OffsetUnit) -> str:
    start, end, label = placed.outside[0]
    length = OffsetMap(text, unit).length
    return (
        f"expected spans within the text's {length} {_plural(unit)}, "
        f"got [{start}, {end}) {show(label)}{_hint(text, start, end)}"
    )


def _hint(text: str, start: int, end: int) -> str:
    fits = [unit for unit in OffsetUnit if 0 <= start < end <= OffsetMap(text, unit).length]
    return f"; it would fit with offsets in {' or '.join(fits)}" if fits else ""


def _plural(unit: OffsetUnit) -> str:
    names = {OffsetUnit.CODEPOINT: "code points", OffsetUnit.UTF16: "UTF-16 units"}
    return names.get(unit, "grapheme clusters")
