"""What Doccano's auto-labeling gets."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from ner.spans import Span
from ner.text.offsets import OffsetMap, OffsetUnit
from server.web.doccano import doccano_spans
from tests.support.fake_tagger import FakeTagger
from tests.support.serving import NOW, PROJECT, Rig
from worker.store.documents import Listed, sync_listing
from worker.store.labels import sync_labels
from worker.store.served import Call, answer_once, forget

PATH = f"/doccano/{PROJECT}"


def list_documents(rig: Rig, *texts: str, approved: bool = False) -> None:
    with rig.store.begin() as session:
        listed = [Listed(str(i), text, approved) for i, text in enumerate(texts)]
        sync_listing(session, PROJECT, listed, complete=True, share=0.2, now=NOW)


def test_a_text_is_answered_with_the_models_spans_and_its_version(rig: Rig) -> None:
    rig.promote_words()
    response = rig.ask("Ada went to Oslo")
    assert response.status_code == 200
    assert response.get_json() == [
        {"label": "PER", "start_offset": 0, "end_offset": 3},
        {"label": "LOC", "start_offset": 12, "end_offset": 16},
    ]
    assert response.headers["X-Nerloop-Model"] == "v0001"
    (row,) = rig.served()
    assert (row.outcome, row.model_version, row.served_at) == ("spans", "v0001", NOW)
    assert row.spans == [[0, 3, "PER"], [12, 16, "LOC"]]
    assert row.scores == [0.5, 0.5]


def test_offsets_count_utf16_units(rig: Rig) -> None:
    rig.promote_words()
    assert rig.ask("😀😀 Oslo").get_json()[0]["start_offset"] == 5
    assert rig.served()[0].spans == [[3, 7, "LOC"]]


def test_offsets_count_clusters_in_a_grapheme_project(new_rig: Callable[..., Rig]) -> None:
    rig = new_rig(grapheme_mode=True)
    rig.promote_words()
    assert rig.ask("e\u0301\r\nOslo").get_json()[0]["start_offset"] == 2


def test_without_a_model_the_list_is_empty_at_once(rig: Rig) -> None:
    response = rig.ask("Oslo")
    assert (response.status_code, response.get_json()) == (200, [])
    assert "X-Nerloop-Model" not in response.headers
    assert rig.served()[0].outcome == "no_model"
    assert rig.metric("nerloop_empty_answers_total", project=PROJECT, reason="no_model") == 1


def test_a_text_of_one_document_is_answered_once(rig: Rig) -> None:
    rig.promote_words()
    list_documents(rig, "Oslo")
    assert len(rig.ask("Oslo").get_json()) == 1
    assert rig.ask("Oslo").get_json() == []
    assert [row.outcome for row in rig.served()] == ["spans", "answered_before"]
    assert rig.metric("nerloop_empty_answers_total", project=PROJECT, reason="answered_before") == 1


def test_a_text_of_two_documents_is_answered_twice_whatever_the_version(rig: Rig) -> None:
    rig.promote_words()
    list_documents(rig, "Oslo", "Oslo")
    answers = [len(rig.ask("Oslo").get_json())]
    rig.promote_words()
    answers += [len(rig.ask("Oslo").get_json()) for _ in range(2)]
    assert answers == [1, 1, 0]


def test_a_text_answered_before_is_not_predicted_again(rig: Rig) -> None:
    tagger = rig.promote_words()
    rig.ask("Oslo")
    asked = len(tagger.batches)
    rig.champions.seats[PROJECT].champion = None  # even the cache is not looked at
    assert rig.ask("Oslo").get_json() == []
    assert rig.served()[-1].outcome == "answered_before"
    assert len(tagger.batches) == asked


def test_a_forgotten_claim_is_answered_again(rig: Rig) -> None:
    rig.promote_words()
    rig.ask("Oslo")
    with rig.store.begin() as session:
        forget(session, PROJECT)
    assert len(rig.ask("Oslo").get_json()) == 1


def test_a_project_may_be_answered_at_every_visit(new_rig: Callable[..., Rig]) -> None:
    rig = new_rig(project={"auto_label": "always"})
    rig.promote_words()
    list_documents(rig, "Oslo", approved=True)
    assert [len(rig.ask("Oslo").get_json()) for _ in range(3)] == [1, 1, 1]
    assert [row.outcome for row in rig.served()] == ["spans"] * 3


def test_an_empty_prediction_is_recorded_and_claims_nothing(rig: Rig) -> None:
    rig.promote_words()
    assert rig.ask("nothing here").get_json() == []
    rig.promote_words({"nothing": "LOC"})
    assert len(rig.ask("nothing here").get_json()) == 1
    assert [(row.outcome, row.model_version) for row in rig.served()] == [
        ("empty", "v0001"),
        ("spans", "v0002"),
    ]
    assert rig.metric("nerloop_empty_answers_total", project=PROJECT, reason="empty") == 0


def test_a_late_answer_is_empty_claims_nothing_and_is_kept(new_rig: Callable[..., Rig]) -> None:
    rig = new_rig(answer_seconds=0.05, monotonic=lambda: 0.0)
    tagger = rig.promote_words()
    tagger.gate.clear()
    response = rig.ask("Oslo")
    assert (response.status_code, response.get_json()) == (200, [])
    assert rig.served()[0].outcome == "late"
    tagger.gate.set()
    (under_way,) = rig.champions.ask(PROJECT, ["Oslo"]).futures
    under_way.result(timeout=30)
    assert len(rig.ask("Oslo").get_json()) == 1
    assert sum(batch.count("Oslo") for batch in tagger.batches) == 1


def test_a_claim_that_took_too_long_is_taken_back(
    new_rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    time = [0.0]

    def slowly(session: Session, call: Call) -> bool:
        time[0] = 21.0
        return answer_once(session, call)

    rig = new_rig(monotonic=lambda: time[0])
    rig.promote_words()
    with monkeypatch.context() as patch:
        patch.setattr("server.serving.auto_label.answer_once", slowly)
        assert rig.ask("Oslo").get_json() == []
    assert len(rig.ask("Oslo").get_json()) == 1
    assert [row.outcome for row in rig.served()] == ["late", "spans"]


def test_renamed_labels_are_mapped_and_deleted_ones_dropped(rig: Rig) -> None:
    rig.promote_words()
    with rig.store.begin() as session:
        sync_labels(session, PROJECT, {1: "PLACE"})
    assert rig.ask("Ada went to Oslo").get_json() == [
        {"label": "PLACE", "start_offset": 12, "end_offset": 16}
    ]
    assert rig.metric("nerloop_dropped_spans_total", project=PROJECT, reason="label_gone") == 1
    assert rig.served()[0].spans == [[12, 16, "PLACE"]]


def test_when_all_labels_are_gone_the_empty_answer_claims_nothing(rig: Rig) -> None:
    rig.promote_words()
    with rig.store.begin() as session:
        sync_labels(session, PROJECT, {})
    assert rig.ask("Oslo").get_json() == []
    assert rig.served()[0].outcome == "labels_gone"
    with rig.store.begin() as session:
        sync_labels(session, PROJECT, {1: "LOC"})
    assert len(rig.ask("Oslo").get_json()) == 1


def test_labels_of_a_model_added_by_hand_are_found_by_name(rig: Rig) -> None:
    rig.promote_words({"Oslo": "LOC", "Ada": "OTHER"}, label_keys={}, labels=("LOC", "OTHER"))
    assert [span["label"] for span in rig.ask("Ada went to Oslo").get_json()] == ["LOC"]


def test_a_text_that_the_model_cannot_take_is_answered_with_an_empty_list(rig: Rig) -> None:
    tagger = FakeTagger({"Oslo": "LOC"}, poison="Oslo!")
    rig.promote(rig.add(tagger))
    response = rig.ask("Oslo!")
    assert (response.status_code, response.get_json()) == (200, [])
    assert rig.served()[0].outcome == "failed"


def test_other_keys_of_the_body_are_passed_over(rig: Rig) -> None:
    rig.promote_words()
    response = rig.client.post(
        PATH, json={"text": "Oslo", "project": 7}, headers=rig.bearer("predict")
    )
    assert len(response.get_json()) == 1


@given(
    text=st.text(alphabet="a\u0301😀\U0001f3fd\u200d❤️\r\n ", min_size=1, max_size=12),
    cuts=st.sets(st.integers(0, 12), min_size=2),
    unit=st.sampled_from([OffsetUnit.UTF16, OffsetUnit.GRAPHEME]),
)
def test_what_is_sent_is_sorted_inside_the_text_and_does_not_overlap(
    text: str, cuts: set[int], unit: OffsetUnit
) -> None:
    places = sorted({min(cut, len(text)) for cut in cuts})
    spans = [Span(a, b, "X") for a, b in pairwise(places)]
    sent = doccano_spans(text, spans, unit)
    edges = [edge for span in sent for edge in (span.start_offset, span.end_offset)]
    assert edges == sorted(edges)
    assert all(span.start_offset < span.end_offset for span in sent)
    assert all(edge <= OffsetMap(text, unit).length for edge in edges)
    assert bool(sent) == bool(spans)
