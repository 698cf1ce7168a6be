"""Spans as JSON: the shapes in which tools write one, and spans under keys that are not read."""

from collections.abc import Iterator, Mapping
from typing import Any

from ner.corpus.strict_json import show
from ner.text.placement import RawSpan
from ner.text.surrogates import has_lone_surrogate

# Doccano's keys, and Prodigy's.
SPAN_KEYS = ("label", "labels", "entities", "spans")
# Lists of objects with a start and an end that are no annotations. `imported` is the meta that
# `nerloop import --as-documents` writes.
_NO_SPANS = frozenset({"tokens", "sents", "sentences", "relations", "Comments", "imported"})
_STARTS = ("start_offset", "start", "begin")
_ENDS = ("end_offset", "end")
# Names that other tools give to these; they are not read, but what has them is taken for a span.
_OTHER_STARTS = ("startOffset", "start_char", "offset")
_OTHER_ENDS = ("endOffset", "end_char", "length")
_DEPTH = 4


def read_items(items: object, key: str) -> list[RawSpan]:
    """The spans of a list. Raises ValueError with what was expected."""
    if not isinstance(items, list):
        raise ValueError(f'expected a list under "{key}", got {show(items)}')
    return [span for item in items for span in _read_item(item, key)]


def _read_item(item: object, key: str) -> Iterator[RawSpan]:
    """The item's spans: Label Studio writes several labels of one stretch as one item."""
    start, end, labels = _values(item)
    if not _is_offset(start) or not _is_offset(end) or not labels:
        raise ValueError(_unexpected(item, key))
    for label in labels:
        if _is_offset(label):
            raise ValueError(_numbered(key, label))
        if not isinstance(label, str):
            raise ValueError(_unexpected(item, key))
        if has_lone_surrogate(label):
            raise ValueError("expected valid Unicode, got half a surrogate pair in a label")
        if not label.strip():
            raise ValueError(f'expected a label in "{key}", got a blank label in {show(item)}')
        yield start, end, label


def _values(item: object) -> tuple[Any, Any, list[Any]]:
    if isinstance(item, list) and len(item) == 3:
        return item[0], item[1], [item[2]]
    if not isinstance(item, dict):
        return None, None, []
    labels = item.get("labels", item.get("label"))
    return (
        _first(item, _STARTS),
        _first(item, _ENDS),
        labels if isinstance(labels, list) else [labels],
    )


def refuse_unread_spans(record: Mapping[str, Any]) -> None:
    """Raises ValueError when a key other than `SPAN_KEYS` holds spans, which would be lost."""
    for key, value in record.items():
        if key in SPAN_KEYS or (item := _find_span(value, key, _DEPTH)) is None:
            continue
        *_, labels = _values(item)
        if isinstance(item, dict) and labels and _is_offset(labels[0]):
            raise ValueError(_numbered(key, labels[0]))
        raise ValueError(
            f'"{key}" holds spans such as {show(item)}, and spans are read from '
            f'{", ".join(SPAN_KEYS)} alone: rename "{key}" to "label", or remove it'
        )


def _find_span(value: object, key: str, depth: int) -> object:
    """The first item in a list or mapping that looks like a span, None without one."""
    if key in _NO_SPANS or depth == 0 or not isinstance(value, dict | list):
        return None
    if _looks_like_span(value):
        return value
    items = value.items() if isinstance(value, dict) else ((key, item) for item in value)
    found = (_find_span(item, name, depth - 1) for name, item in items)
    return next((item for item in found if item is not None), None)


def _looks_like_span(value: dict[str, Any] | list[Any]) -> bool:
    if isinstance(value, list):
        # Two numbers with a name are a span; three numbers may be anything.
        names = [item for item in value if isinstance(item, str)]
        return len(value) == 3 and len(names) == 1 and sum(map(_is_offset, value)) == 2
    start, end, _ = _values(value)
    if _is_offset(start) and _is_offset(end):
        return True
    start = _first(value, (*_STARTS, *_OTHER_STARTS))
    end = _first(value, (*_ENDS, *_OTHER_ENDS))
    named = any(isinstance(item, str) and not item.isdecimal() for item in value.values())
    return named and _is_number(start) and _is_number(end)


def _is_number(value: object) -> bool:
    return _is_offset(value) or (isinstance(value, str) and value.isdecimal())


def _unexpected(item: object, key: str) -> str:
    shape = "[start, end, label]"
    if isinstance(item, dict):
        shape = "an object with start_offset (or start), end_offset (or end) and label"
    return f'expected {shape} in "{key}", got {show(item)}'


def _numbered(key: str, label: int) -> str:
    return (
        f'"{key}" holds spans whose labels are numbers, such as {label}, as Doccano before 1.0 '
        'exports them: export with the label names ("JSON(Text label)" there), or write '
        '[start, end, name] under "label"'
    )


def _first(item: Mapping[str, Any], names: tuple[str, ...]) -> object:
    return next((item[name] for name in names if name in item), None)


def _is_offset(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
