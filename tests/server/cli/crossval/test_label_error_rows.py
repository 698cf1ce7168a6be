import json

from ner.crossval.label_errors import LabelError, LabelErrorKind
from ner.spans import Document, Span
from server.cli.crossval.label_error_rows import rows

TEXT = "we went to 😀 Lyon University and then home"
GOLD, PREDICTED = Span(13, 17, "ORG"), Span(13, 28, "ORG")


def error(kind: LabelErrorKind, gold: Span | None, predicted: Span | None) -> LabelError:
    return LabelError(
        document=0,
        kind=kind,
        gold=gold,
        predicted=predicted,
        predicted_probability=0.875,
        gold_probability=0.0625,
        agreeing=3,
        contrary=1,
        score=0.9,
    )


def test_a_row_has_both_versions_with_their_text_and_offsets() -> None:
    errors = [error(LabelErrorKind.BOUNDARY, GOLD, PREDICTED)]
    document = Document(TEXT, (GOLD,), id="train.jsonl:7")
    (line,) = rows(errors, [document], lambda d: f"http://doccano/{d.id}")
    assert json.loads(line) == {
        "rank": 1,
        "document": "train.jsonl:7",
        "kind": "boundary",
        "score": 0.9,
        "gold": {"start": 13, "end": 17, "label": "ORG", "text": "Lyon"},
        "predicted": {"start": 13, "end": 28, "label": "ORG", "text": "Lyon University"},
        "gold_probability": 0.0625,
        "predicted_probability": 0.875,
        "agreeing": 3,
        "contrary": 1,
        "snippet": TEXT,
        "snippet_start": 0,
        "link": "http://doccano/train.jsonl:7",
    }


def test_a_row_of_a_long_document_has_the_text_around_the_error() -> None:
    long = "x" * 500 + TEXT + "y" * 500
    moved = Span(513, 528, "ORG")
    (line,) = rows([error(LabelErrorKind.MISSED, None, moved)], [Document(long)], lambda _: None)
    row = json.loads(line)
    assert row["gold"] is row["link"] is None
    start = row["snippet_start"]
    assert row["snippet"][513 - start : 528 - start] == "Lyon University"
    assert len(row["snippet"]) < 200
