"""Tasks as Label Studio exports them, in JSON and in JSON_MIN."""

import pytest

from ner.corpus.lines import LeftOut
from ner.corpus.record import read_record
from ner.spans import Span
from ner.text.offsets import OffsetUnit


def region(start: int, end: int, *labels: str, kind: str = "labels") -> dict[str, object]:
    value = {"start": start, "end": end, "text": "Uni", kind: list(labels)}
    return {"value": value, "from_name": "label", "to_name": "text", "type": kind}


CHOICE = {"value": {"choices": ["good"]}, "from_name": "kind", "type": "choices"}
ABOUT_A_REGION = region(0, 3, "sure", kind="choices")
GOLD = {"result": [region(0, 3, "A", "B"), CHOICE, ABOUT_A_REGION, region(4, 5, "C")]}


def task(*annotations: dict[str, object], **data: str) -> dict[str, object]:
    texts = data or {"text": "Uni X"}
    return {"id": 7, "data": texts, "annotations": [*annotations], "predictions": [GOLD]}


def read(record: dict[str, object]) -> object:
    return read_record(record, OffsetUnit.CODEPOINT, 3, "f")


@pytest.mark.parametrize("data", [{"text": "Uni X"}, {"body": "Uni X"}, {"text": "Uni X", "a": ""}])
def test_the_regions_of_a_task_are_its_spans(data: dict[str, str]) -> None:
    found = read(task(GOLD, **data))
    assert found.document.spans == (Span(0, 3, "A"), Span(0, 3, "B"), Span(4, 5, "C"))
    assert (found.document.text, found.document.id, found.annotated) == ("Uni X", "7", True)


@pytest.mark.parametrize("annotations", [[], [{**GOLD, "was_cancelled": True}]])
def test_a_task_that_nobody_finished_is_left_out(annotations: list[dict[str, object]]) -> None:
    assert read(task(*annotations)) == LeftOut(3, "without a finished annotation in Label Studio")


def test_annotations_of_several_annotators_must_agree() -> None:
    reordered = {"result": GOLD["result"][::-1]}
    assert len(read(task(GOLD, reordered)).document.spans) == 3
    with pytest.raises(ValueError, match="got 2 that differ"):
        read(task(GOLD, {"result": []}))


def test_a_task_with_several_texts_is_refused() -> None:
    with pytest.raises(ValueError, match=r"data.text.*\['a', 'b'\]"):
        read(task(GOLD, a="Uni X", b="Uni Y"))


def test_a_region_of_html_has_no_offsets_in_a_text() -> None:
    html = {**region(0, 3, "A", kind="hypertextlabels")}
    html["value"] = {**html["value"], "start": "/div[1]/text()[1]"}
    with pytest.raises(ValueError, match="an object with start_offset"):
        read(task({"result": [html]}))


def test_json_min_has_the_regions_beside_the_text() -> None:
    label = [{"start": 0, "end": 3, "text": "Uni", "labels": ["A", "B"]}]
    record = {"id": 7, "text": "Uni X", "label": label, "annotator": 1, "lead_time": 2.5}
    assert read(record).document.spans == (Span(0, 3, "A"), Span(0, 3, "B"))
    with pytest.raises(ValueError, match=r'"ner" holds spans.*rename "ner" to "label"'):
        read({"id": 7, "text": "Uni X", "ner": label})


@pytest.mark.parametrize("kind", ["paragraphlabels", "taxonomy", "choices"])
def test_a_region_of_another_kind_at_a_place_of_its_own_is_refused(kind: str) -> None:
    with pytest.raises(ValueError, match=f"labels or hypertextlabels .*{kind}"):
        read(task({"result": [region(0, 3, "A"), region(4, 5, "B", kind=kind)]}))


def test_regions_of_another_text_are_refused() -> None:
    title = region(0, 3, "A") | {"to_name": "title"}
    for regions in ([title], [title, region(0, 3, "A")]):
        with pytest.raises(ValueError, match=r"regions of one text .*title"):
            read(task({"result": regions}, title="Oslo", text="Uni X"))
