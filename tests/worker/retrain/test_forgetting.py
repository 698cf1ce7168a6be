import json

import pytest

from ner.spans import Document, Span
from worker.retrain.forgetting import measure_forgetting

GOLD = tuple(Document(f"text {number}", (Span(0, 4, "A"),)) for number in range(6))
RIGHT, WRONG = (Span(0, 4, "A"),), (Span(5, 6, "A"),)


def test_documents_held_out_before_and_later_are_scored_separately() -> None:
    champion = [RIGHT] * 4 + [WRONG] * 2
    challenger = [WRONG] + [RIGHT] * 5
    measured = measure_forgetting(
        GOLD, champion, challenger, before={document.text for document in GOLD[:4]}
    )
    assert measured.old is not None
    assert measured.new is not None
    assert (measured.old.documents, measured.old.champion) == (4, 1.0)
    assert measured.old.challenger == pytest.approx(0.75)
    assert measured.old.interval.difference == pytest.approx(-0.25)
    assert (measured.new.documents, measured.new.champion, measured.new.challenger) == (2, 0, 1)
    as_json = measured.to_json()
    assert json.loads(json.dumps(as_json)) == as_json
    assert as_json["old"]["difference"] == pytest.approx(-0.25)
    assert as_json["old"]["low"] <= as_json["old"]["difference"] <= as_json["old"]["high"]


def test_a_part_without_documents_is_not_scored() -> None:
    predicted = [RIGHT] * len(GOLD)
    all_new = measure_forgetting(GOLD, predicted, predicted, before=frozenset())
    all_old = measure_forgetting(GOLD, predicted, predicted, before={d.text for d in GOLD})
    assert (all_new.old, all_old.new) == (None, None)
    assert measure_forgetting([], [], [], before=frozenset()).to_json() == {
        "old": None,
        "new": None,
    }
