"""Tasks of Label Studio's JSON export. Its JSON_MIN has the shape that `ner.corpus.record` reads.

A task has its texts under ``data`` and a list of ``annotations``, one by each annotator, with the
regions under ``result``. Regions of other kinds than labelled stretches of text, such as choices
and relations, are passed over.
"""

from collections.abc import Mapping
from typing import Any

from ner.corpus.span_items import read_items
from ner.corpus.strict_json import show
from ner.text.placement import RawSpan

_ANNOTATIONS = ("annotations", "completions")
# Of a text, and of HTML. Choices and remarks about a region repeat its offsets without a label.
_LABELS = frozenset({"labels", "hypertextlabels"})
_UNFINISHED = "without a finished annotation in Label Studio"


def is_task(record: Mapping[str, Any]) -> bool:
    """Whether the object is a task of Label Studio."""
    return isinstance(record.get("data"), dict) and any(key in record for key in _ANNOTATIONS)


def why_left_out(record: Mapping[str, Any]) -> str | None:
    """Why the object is a task that nobody has finished; None for any other object."""
    return _UNFINISHED if is_task(record) and not _finished(record) else None


def task_text(record: Mapping[str, Any]) -> str:
    """The task's text: ``data.text`` or the only string in ``data``. Raises ValueError."""
    data: Mapping[str, Any] = record["data"]
    strings = [value for value in data.values() if isinstance(value, str)]
    text = data.get("text", strings[0] if len(strings) == 1 else None)
    if not isinstance(text, str):
        raise ValueError(
            f'expected the text of a Label Studio task under "data.text", got the keys '
            f"{sorted(data)} in data"
        )
    return text


def task_spans(record: Mapping[str, Any]) -> list[RawSpan]:
    """The spans that the annotators agree on. Raises ValueError when their annotations differ."""
    read = [_spans(annotation) for annotation in _finished(record)]
    if any(sorted(spans) != sorted(read[0]) for spans in read):
        raise ValueError(
            f"expected one annotation of each Label Studio task, got {len(read)} that differ: "
            "remove all but one, or cancel them there"
        )
    return read[0]


def _finished(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    key = next(key for key in _ANNOTATIONS if key in record)
    annotations = record[key] if isinstance(record[key], list) else []
    return [a for a in annotations if isinstance(a, dict) and not a.get("was_cancelled")]


def _spans(annotation: Mapping[str, Any]) -> list[RawSpan]:
    result = annotation.get("result")
    if not isinstance(result, list):
        raise ValueError(f'expected a list under "result" of an annotation, got {show(result)}')
    values = [region.get("value") for region in result if isinstance(region, dict)]
    regions = [value for value in values if isinstance(value, dict) and "start" in value]
    return read_items(
        [_labelled(region) for region in regions if _LABELS & region.keys()], "result"
    )


def _labelled(region: Mapping[str, Any]) -> Mapping[str, Any]:
    labels = next(region[key] for key in _LABELS if key in region)
    return {"start": region["start"], "end": region.get("end"), "labels": labels}
