"""Tasks of Label Studio's JSON export. Its JSON_MIN has the shape that `ner.corpus.record` reads.

A task has its texts under ``data`` and a list of ``annotations``, one by each annotator, with the
regions under ``result``. What has no offsets, such as a choice or a relation, is passed over, and
so is what is said about a labelled stretch of text, which repeats its offsets.
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
    """The spans that the annotators agree on.

    Raises ValueError when their annotations differ, for regions of a kind that is not read, and for
    those of another text than the task's.
    """
    for annotation in _finished(record):
        _check_target(record, annotation)
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
    values = [region["value"] for region in _regions(annotation)]
    labelled = [value for value in values if _LABELS & value.keys()]
    places = [(value["start"], value.get("end")) for value in labelled]
    for value in values:
        if (value["start"], value.get("end")) not in places:
            raise ValueError(
                "expected regions with labels or hypertextlabels in Label Studio, got one with "
                f"{', '.join(sorted(value))}"
            )
    return read_items([_labelled(value) for value in labelled], "result")


def _regions(annotation: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The regions that have offsets."""
    found = [region for region in annotation["result"] if isinstance(region, dict)]
    values = [(region, region.get("value")) for region in found]
    return [region for region, value in values if isinstance(value, dict) and "start" in value]


def _check_target(record: Mapping[str, Any], annotation: Mapping[str, Any]) -> None:
    """Refuses regions of several texts, and of another one than that which is read."""
    if not isinstance(annotation.get("result"), list):
        return
    regions = [r for r in _regions(annotation) if _LABELS & r["value"].keys()]
    names = sorted({str(region.get("to_name")) for region in regions})
    other = [
        name for name in names if record["data"].get(name, task_text(record)) != task_text(record)
    ]
    if len(names) > 1 or other:
        raise ValueError(
            f"expected labelled regions of one text of a Label Studio task, got those of "
            f"{', '.join(names)}: export one text at a time"
        )


def _labelled(region: Mapping[str, Any]) -> Mapping[str, Any]:
    labels = next(region[key] for key in _LABELS if key in region)
    return {"start": region["start"], "end": region.get("end"), "labels": labels}
