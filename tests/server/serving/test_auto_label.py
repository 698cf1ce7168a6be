"""Answers to auto-label calls: predictions within the time budget, claims and records."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count

import pytest
from sqlalchemy.orm import Session

from ner.errors import Overloaded, StoreError
from ner.spans import Span
from ner.text.offsets import OffsetUnit
from server.serving.auto_label import AnswerOutcome
from server.serving.probe import PROBE_TEXT
from tests.support.running.serving import NOW, PROJECT, Rig
from tests.support.store.statements import counted
from tests.support.training.fake_tagger import FakeTagger
from worker.store.corpus.documents import ListedDocument
from worker.store.corpus.listings import sync_listing
from worker.store.labels import sync_labels
from worker.store.served import Call, claim_answer, delete_claims

WAIT = 30
CALLS = 16


def list_documents(rig: Rig, *texts: str, approved: bool = False) -> None:
    listed = [ListedDocument(str(i), text, approved) for i, text in enumerate(texts)]
    sync_listing(rig.store, PROJECT, listed, complete=True, share=0.2, now=NOW)


def rename_labels(rig: Rig, labels: dict[int, str]) -> None:
    with rig.store.begin() as session:
        sync_labels(session, PROJECT, labels)


def outcomes(rig: Rig) -> list[str]:
    return [row.outcome for row in rig.served()]


def spans(rig: Rig, text: str) -> tuple[Span, ...]:
    return rig.answer(text).prediction.spans


def empty_answers(rig: Rig, reason: str) -> float:
    return rig.metric("nerloop_empty_answers_total", project=PROJECT, reason=reason)


def test_a_call_executes_as_many_statements_in_a_large_project_as_in_a_small_one(
    rig: Rig,
) -> None:
    rig.promote_words()
    executed = []
    for size in (3, 300):
        texts = [f"Ada went to Oslo {number}" for number in range(size)]
        list_documents(rig, *texts)
        rig.answer(f"{size} loads the model")
        with counted(rig.store) as statements:
            assert rig.answer(texts[0] if size == 3 else texts[200]).outcome is AnswerOutcome.SPANS
        executed.append((statements.statements, statements.rows))
    assert executed[0] == executed[1]


def test_a_text_is_answered_with_the_models_spans_which_are_recorded(rig: Rig) -> None:
    rig.promote_words()
    answer = rig.answer("Ada went to Oslo")
    assert answer.outcome is AnswerOutcome.SPANS
    assert answer.unit is OffsetUnit.UTF16
    assert answer.prediction.spans == (Span(0, 3, "PER"), Span(12, 16, "LOC"))
    assert answer.prediction.model_version == "v0001"
    (row,) = rig.served()
    assert (row.outcome, row.model_version, row.served_at) == ("spans", "v0001", NOW)
    assert row.spans == [[0, 3, "PER"], [12, 16, "LOC"]]
    assert row.scores == [0.5, 0.5]


def test_the_unit_is_that_of_the_project_and_spans_are_recorded_in_code_points(
    new_rig: Callable[..., Rig],
) -> None:
    rig = new_rig(grapheme_mode=True)
    rig.promote_words()
    assert rig.answer("😀😀 Oslo").unit is OffsetUnit.GRAPHEME
    assert rig.served()[0].spans == [[3, 7, "LOC"]]


def test_without_a_model_the_answer_is_empty(rig: Rig) -> None:
    rig.champions.check()
    answer = rig.answer("Oslo")
    assert (answer.outcome, answer.prediction.spans) == (AnswerOutcome.NO_MODEL, ())
    assert answer.prediction.model_version == ""
    assert outcomes(rig) == ["no_model"]
    assert empty_answers(rig, "no_model") == 1


def test_while_the_model_is_loaded_the_answer_is_empty_for_that_reason(
    new_rig: Callable[..., Rig],
) -> None:
    rig = new_rig(answer_seconds=0.2)
    answer = rig.answer("Oslo")
    assert (answer.outcome, answer.prediction.spans) == (AnswerOutcome.NOT_LOADED, ())
    assert empty_answers(rig, "not_loaded") == 1


def test_an_answer_waits_for_the_model_of_a_server_that_has_just_been_started(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = rig.add(FakeTagger({"Oslo": "LOC"}))
    rig.registry.promote(name, expected=None, reason="first")
    waited: list[float] = []

    def load(seconds: float) -> None:
        waited.append(seconds)
        rig.champions.check()

    monkeypatch.setattr(rig.champions.slots[PROJECT], "wait_until_checked", load)
    assert rig.answer("Oslo").outcome is AnswerOutcome.SPANS
    (seconds,) = waited
    assert 0 < seconds < rig.settings.answer_seconds


def test_a_text_of_one_document_is_answered_once(rig: Rig) -> None:
    rig.promote_words()
    list_documents(rig, "Oslo")
    assert len(spans(rig, "Oslo")) == 1
    assert spans(rig, "Oslo") == ()
    assert outcomes(rig) == ["spans", "answered_before"]
    assert empty_answers(rig, "answered_before") == 1


def test_a_text_of_two_documents_is_answered_twice_by_any_version(rig: Rig) -> None:
    rig.promote_words()
    list_documents(rig, "Oslo", "Oslo")
    answers = [len(spans(rig, "Oslo"))]
    rig.promote_words()
    answers += [len(spans(rig, "Oslo")) for _ in range(2)]
    assert answers == [1, 1, 0]


@pytest.mark.parametrize("documents", [1, 3])
def test_parallel_calls_get_the_spans_once_for_each_document(
    new_rig: Callable[..., Rig], documents: int
) -> None:
    rig = new_rig(answer_seconds=60)
    tagger = rig.promote_words()
    list_documents(rig, *["Oslo"] * documents)
    together = threading.Barrier(CALLS)

    def ask(_: int) -> int:
        together.wait(WAIT)
        return len(spans(rig, "Oslo"))

    with ThreadPoolExecutor(CALLS) as pool:
        answers = list(pool.map(ask, range(CALLS)))
    assert sorted(answers) == [0] * (CALLS - documents) + [1] * documents
    assert outcomes(rig).count("spans") == documents
    assert outcomes(rig).count("answered_before") == CALLS - documents
    assert sum(batch.count("Oslo") for batch in tagger.batches) == 1


def test_a_text_answered_before_is_not_predicted_again(rig: Rig) -> None:
    tagger = rig.promote_words()
    rig.answer("Oslo")
    predicted = len(tagger.batches)
    rig.champions.slots[PROJECT].champion = None  # not even its cache is used
    assert rig.answer("Oslo").outcome is AnswerOutcome.ANSWERED_BEFORE
    assert outcomes(rig)[-1] == "answered_before"
    assert len(tagger.batches) == predicted


def test_a_forgotten_claim_is_answered_again(rig: Rig) -> None:
    rig.promote_words()
    rig.answer("Oslo")
    with rig.store.begin() as session:
        delete_claims(session, PROJECT)
    assert len(spans(rig, "Oslo")) == 1


def test_a_project_may_be_answered_at_every_visit(new_rig: Callable[..., Rig]) -> None:
    rig = new_rig(project={"auto_label": "always"})
    rig.promote_words()
    list_documents(rig, "Oslo", approved=True)
    assert [len(spans(rig, "Oslo")) for _ in range(3)] == [1, 1, 1]
    assert outcomes(rig) == ["spans"] * 3


def test_an_empty_prediction_is_recorded_and_claims_nothing(rig: Rig) -> None:
    rig.promote_words()
    assert rig.answer("nothing here").outcome is AnswerOutcome.EMPTY
    rig.promote_words({"nothing": "LOC"})
    assert len(spans(rig, "nothing here")) == 1
    assert [(row.outcome, row.model_version) for row in rig.served()] == [
        ("empty", "v0001"),
        ("spans", "v0002"),
    ]
    assert empty_answers(rig, "empty") == 0


def test_a_late_answer_is_empty_claims_nothing_and_is_cached(new_rig: Callable[..., Rig]) -> None:
    rig = new_rig(answer_seconds=0.05, monotonic=lambda: 0.0)
    tagger = rig.promote_words()
    tagger.gate.clear()
    answer = rig.answer("Oslo")
    assert (answer.outcome, answer.prediction.spans) == (AnswerOutcome.LATE, ())
    assert outcomes(rig) == ["late"]
    tagger.gate.set()
    (pending,) = rig.champions.ask(PROJECT, ["Oslo"]).futures
    pending.result(timeout=WAIT)
    assert len(spans(rig, "Oslo")) == 1
    assert sum(batch.count("Oslo") for batch in tagger.batches) == 1


def test_a_claim_that_took_too_long_is_taken_back(
    new_rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    time = [0.0]

    def slowly(session: Session, call: Call) -> bool:
        time[0] = 21.0
        return claim_answer(session, call)

    rig = new_rig(monotonic=lambda: time[0])
    rig.promote_words()
    with monkeypatch.context() as patch:
        patch.setattr("server.serving.auto_label.claim_answer", slowly)
        assert rig.answer("Oslo").outcome is AnswerOutcome.LATE
    assert len(spans(rig, "Oslo")) == 1
    assert outcomes(rig) == ["late", "spans"]


def test_a_claim_that_cannot_be_written_is_an_error(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise StoreError("the store cannot be used")

    rig.promote_words()
    monkeypatch.setattr(rig.store, "begin", fail)
    with pytest.raises(StoreError):
        rig.answer("Oslo")


def test_renamed_labels_are_mapped_and_deleted_ones_dropped(rig: Rig) -> None:
    rig.promote_words()
    rename_labels(rig, {1: "PLACE"})
    assert spans(rig, "Ada went to Oslo") == (Span(12, 16, "PLACE"),)
    assert rig.metric("nerloop_dropped_spans_total", project=PROJECT, reason="label_gone") == 1
    assert rig.served()[0].spans == [[12, 16, "PLACE"]]


def test_an_answer_without_any_label_of_the_project_claims_nothing(rig: Rig) -> None:
    rig.promote_words()
    rename_labels(rig, {})
    assert rig.answer("Oslo").outcome is AnswerOutcome.LABELS_GONE
    assert outcomes(rig) == ["labels_gone"]
    rename_labels(rig, {1: "LOC"})
    assert len(spans(rig, "Oslo")) == 1


def test_labels_of_a_model_added_by_hand_are_matched_by_name(rig: Rig) -> None:
    rig.promote_words({"Oslo": "LOC", "Ada": "OTHER"}, label_keys={}, labels=("LOC", "OTHER"))
    assert [span.label for span in spans(rig, "Ada went to Oslo")] == ["LOC"]


def test_a_text_that_the_model_cannot_process_gets_an_empty_answer(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.promote(rig.add(FakeTagger({"Oslo": "LOC"}, poison="Oslo!")))
    answer = rig.answer("Oslo!")
    assert (answer.outcome, answer.prediction.spans) == (AnswerOutcome.FAILED, ())
    assert outcomes(rig) == ["failed"]
    assert "outcome=failed" in caplog.text


def test_when_too_many_texts_wait_the_answer_is_empty(rig: Rig) -> None:
    tagger = rig.promote_words()
    tagger.asked.clear()
    tagger.gate.clear()
    rig.champions.ask(PROJECT, ["busy"])
    assert tagger.asked.wait(WAIT)
    with suppress(Overloaded):
        for number in count():
            rig.champions.ask(PROJECT, [f"text {number}"], urgent=True)
    answer = rig.answer("Oslo")
    tagger.gate.set()
    assert answer.outcome is AnswerOutcome.OVERLOADED
    assert outcomes(rig) == ["overloaded"]


def test_a_probe_is_answered_with_a_label_of_the_project_but_neither_claimed_nor_recorded(
    rig: Rig,
) -> None:
    for _ in range(2):
        answer = rig.answer(PROBE_TEXT)
        assert answer.outcome is AnswerOutcome.PROBE
        assert [(span.start, span.label) for span in answer.prediction.spans] == [(0, "LOC")]
    assert rig.served() == []
