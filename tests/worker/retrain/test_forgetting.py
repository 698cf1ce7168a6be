import json

import pytest

from ner.spans import Document, Span
from worker.retrain.forgetting import measure_forgetting

GOLD = tuple(Document(f"text {number}", (Span(0, 4, "A"),)) for number in range(6))
RIGHT, WRONG = (Span(0, 4, "A"),), (Span(5, 6, "A"),)


def test_what_was_held_out_before_is_scored_apart_from_what_came_later() -> None:
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
    said = measured.to_json()
    assert json.loads(json.dumps(said)) == said
    assert said["old"]["difference"] == pytest.approx(-0.25)
    assert said["old"]["low"] <= said["old"]["difference"] <= said["old"]["high"]


def test_a_part_without_documents_is_not_scored() -> None:
    predicted = [RIGHT] * len(GOLD)
    later = measure_forgetting(GOLD, predicted, predicted, before=frozenset())
    before = measure_forgetting(GOLD, predicted, predicted, before={d.text for d in GOLD})
    assert (later.old, before.new) == (None, None)
    assert measure_forgetting([], [], [], before=frozenset()).to_json() == {
        "old": None,
        "new": None,
    }
