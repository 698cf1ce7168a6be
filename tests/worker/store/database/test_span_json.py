import json

from ner.spans import Span
from worker.store.database.span_json import spans_from_json, spans_to_json

SPANS = (Span(0, 10, "7"), Span(0, 10, "8"), Span(14, 20, "7"))


def test_spans_are_sorted_lists_of_start_end_and_label() -> None:
    assert spans_to_json(reversed(SPANS)) == [[0, 10, "7"], [0, 10, "8"], [14, 20, "7"]]


def test_spans_are_read_back_from_json() -> None:
    assert spans_from_json(json.loads(json.dumps(spans_to_json(SPANS)))) == SPANS
