import gc
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence

import pytest

from ner.errors import ModelRetired, Overloaded, PredictionFailed
from ner.spans import Prediction, Span
from server.serving.predictor import BATCH_TEXTS, Lookup, Predictor
from tests.support.training.fake_tagger import FakeTagger

WAIT = 30


@pytest.fixture
def tagger() -> FakeTagger:
    return FakeTagger({"Oslo": "LOC"})


@pytest.fixture
def new_predictor(tagger: FakeTagger) -> Iterator[Callable[..., Predictor]]:
    predictors: list[Predictor] = []

    def make(**options: object) -> Predictor:
        predictors.append(Predictor(tagger, name="test", **options))  # type: ignore[arg-type]
        return predictors[-1]

    yield make
    tagger.gate.set()
    for predictor in predictors:
        predictor.close()


def occupy(predictor: Predictor, tagger: FakeTagger) -> None:
    """Keeps the model busy until the gate of the tagger is set."""
    tagger.gate.clear()
    predictor.submit(["busy"])
    assert tagger.asked.wait(WAIT)


def test_the_same_text_is_predicted_once_for_all_callers(
    new_predictor: Callable[..., Predictor], tagger: FakeTagger
) -> None:
    lookups: list[Lookup] = []
    predictor = new_predictor(on_lookup=lookups.append)
    tagger.gate.clear()
    first, second = predictor.submit(["Oslo", "Oslo"])
    tagger.gate.set()
    assert first.result(WAIT) is second.result(WAIT)
    assert predictor.submit(["Oslo"])[0].result(WAIT) is first.result(WAIT)
    assert tagger.batches == [["Oslo"]]
    assert lookups == ["miss", "shared", "hit"]


def test_waiting_texts_are_predicted_in_batches(
    new_predictor: Callable[..., Predictor], tagger: FakeTagger
) -> None:
    predictor = new_predictor()
    occupy(predictor, tagger)
    futures = predictor.submit([f"text {i}" for i in range(BATCH_TEXTS + 3)])
    assert predictor.depth == BATCH_TEXTS + 3
    tagger.gate.set()
    assert [future.result(WAIT).text for future in futures][-1] == f"text {BATCH_TEXTS + 2}"
    assert [len(batch) for batch in tagger.batches] == [1, BATCH_TEXTS, 3]


def test_long_texts_are_not_put_into_one_batch(
    new_predictor: Callable[..., Predictor], tagger: FakeTagger
) -> None:
    predictor = new_predictor()
    occupy(predictor, tagger)
    sizes = [15_000, 15_000, 15_000, 2_000_000, 100, 100]
    futures = predictor.submit([str(i) * size for i, size in enumerate(sizes)])
    tagger.gate.set()
    for future in futures:
        future.result(WAIT)
    assert [len(batch) for batch in tagger.batches] == [1, 2, 1, 1, 2]


def test_an_urgent_text_goes_first_in_a_batch_of_its_own(
    new_predictor: Callable[..., Predictor], tagger: FakeTagger
) -> None:
    predictor = new_predictor()
    occupy(predictor, tagger)
    slow = predictor.submit([f"text {i}" for i in range(BATCH_TEXTS)])
    (urgent,) = predictor.submit(["Oslo"], urgent=True)
    tagger.gate.set()
    for future in (*slow, urgent):
        future.result(WAIT)
    assert tagger.batches[1] == ["Oslo"]


def test_an_urgent_text_is_predicted_between_the_forward_passes_of_others(
    new_predictor: Callable[..., Predictor], tagger: FakeTagger
) -> None:
    predictor = new_predictor()
    tagger.gate.clear()
    (long,) = predictor.submit(["x" * 2_000_000])
    assert tagger.asked.wait(WAIT)
    (urgent,) = predictor.submit(["Oslo"], urgent=True)
    done: list[str] = []
    urgent.add_done_callback(lambda _: done.append("urgent"))
    long.add_done_callback(lambda _: done.append("long"))
    tagger.gate.set()
    assert urgent.result(WAIT).spans
    long.result(WAIT)
    assert done == ["urgent", "long"]


def test_a_text_that_is_longer_than_a_batch_is_not_urgent(
    new_predictor: Callable[..., Predictor], tagger: FakeTagger
) -> None:
    predictor = new_predictor()
    occupy(predictor, tagger)
    futures = predictor.submit(["x" * 2_000_000, "Oslo"], urgent=True)
    tagger.gate.set()
    for future in futures:
        future.result(WAIT)
    assert tagger.batches[1] == ["Oslo"]


def test_too_many_texts_are_refused_and_urgent_ones_later(
    new_predictor: Callable[..., Predictor], tagger: FakeTagger
) -> None:
    predictor = new_predictor(queue_texts=4)
    occupy(predictor, tagger)
    predictor.submit(["a", "b"])
    with pytest.raises(Overloaded, match="2 texts wait"):
        predictor.submit(["c"])
    predictor.submit(["c", "d"], urgent=True)
    with pytest.raises(Overloaded):
        predictor.submit(["e"], urgent=True)


def test_a_text_that_the_model_cannot_process_fails_alone_and_is_not_cached(
    new_predictor: Callable[..., Predictor], tagger: FakeTagger
) -> None:
    tagger.poison = "poison"
    predictor = new_predictor()
    occupy(predictor, tagger)
    bad, good = predictor.submit(["poison", "Oslo"])
    tagger.gate.set()
    assert good.result(WAIT).spans
    with pytest.raises(PredictionFailed, match="RuntimeError") as raised:
        bad.result(WAIT)
    assert "secret" not in str(raised.value)
    tagger.poison = None
    assert predictor.submit(["poison"])[0].result(WAIT).text == "poison"


def test_a_closed_predictor_answers_waiting_texts_and_refuses_new_ones(
    new_predictor: Callable[..., Predictor], tagger: FakeTagger
) -> None:
    predictor = new_predictor()
    occupy(predictor, tagger)
    waiting = predictor.submit([f"text {i}" for i in range(2 * BATCH_TEXTS)])
    closing = threading.Thread(target=predictor.close)
    closing.start()
    tagger.gate.set()
    closing.join(WAIT)
    assert all(future.done() for future in waiting)
    with pytest.raises(ModelRetired):
        predictor.submit(["text 0"])


def test_a_closed_predictor_frees_its_model() -> None:
    tagger = FakeTagger({})
    alive = weakref.ref(tagger)
    predictor = Predictor(tagger, name="test")
    predictor.submit(["text"])[0].result(WAIT)
    del tagger
    predictor.close()
    gc.collect()
    assert alive() is None


class FakeStore:
    """Predictions that outlive a predictor."""

    def __init__(self, *predictions: Prediction) -> None:
        self.kept = {prediction.text: prediction for prediction in predictions}
        self.asked: list[list[str]] = []

    def get(self, texts: Sequence[str]) -> dict[str, Prediction]:
        self.asked.append(list(texts))
        return {text: self.kept[text] for text in texts if text in self.kept}

    def put(self, predictions: Sequence[Prediction]) -> None:
        self.kept |= {prediction.text: prediction for prediction in predictions}


def test_what_the_store_has_is_not_predicted_and_is_asked_for_once(
    new_predictor: Callable[..., Predictor], tagger: FakeTagger
) -> None:
    lookups: list[Lookup] = []
    predictor = new_predictor(on_lookup=lookups.append)
    store = FakeStore(Prediction("Oslo", (Span(0, 4, "STORED"),), (0.5,)))
    predictor.share(store)
    oslo, bonn = predictor.submit(["Oslo", "Bonn"])
    assert oslo.result(WAIT).spans == (Span(0, 4, "STORED"),)
    assert bonn.result(WAIT).spans == ()
    predictor.submit(["Oslo"])
    assert tagger.batches == [["Bonn"]]
    assert store.asked == [["Oslo", "Bonn"]]
    assert lookups == ["stored", "miss", "hit"]


def test_the_store_gets_what_is_predicted(
    new_predictor: Callable[..., Predictor],
) -> None:
    predictor, store = new_predictor(), FakeStore()
    predictor.submit(["before"])[0].result(WAIT)
    predictor.share(store)
    predictor.submit(["of the API"])[0].result(WAIT)
    predictor.submit(["Oslo"], urgent=True)[0].result(WAIT)
    ahead = predictor.submit_ahead("Bonn")
    assert ahead is not None
    ahead.result(WAIT)
    predictor.close()
    assert list(store.kept) == ["Oslo", "Bonn"]


def test_a_text_ahead_comes_after_all_others_and_alone(
    new_predictor: Callable[..., Predictor], tagger: FakeTagger
) -> None:
    predictor = new_predictor()
    occupy(predictor, tagger)
    ahead = [predictor.submit_ahead(f"ahead {number}") for number in range(2)]
    (normal,) = predictor.submit(["normal"])
    (urgent,) = predictor.submit(["urgent"], urgent=True)
    tagger.gate.set()
    for future in (*ahead, normal, urgent):
        assert future is not None
        future.result(WAIT)
    assert tagger.batches == [["busy"], ["urgent"], ["normal"], ["ahead 0"], ["ahead 1"]]


def test_a_text_ahead_that_is_known_is_not_predicted(
    new_predictor: Callable[..., Predictor], tagger: FakeTagger
) -> None:
    lookups: list[Lookup] = []
    predictor = new_predictor(on_lookup=lookups.append)
    predictor.share(FakeStore(Prediction("stored")))
    predictor.submit(["cached"])[0].result(WAIT)
    assert predictor.submit_ahead("cached") is None
    assert predictor.submit_ahead("stored") is None
    assert tagger.batches == [["cached"]]
    # What nobody asks for is neither a hit nor a miss.
    assert lookups == ["miss"]
    predictor.submit(["stored"])
    assert lookups == ["miss", "hit"]


@pytest.mark.parametrize("way", ["ahead", "normal"])
def test_a_reviewer_does_not_wait_behind_others_for_a_text_that_is_pending(
    new_predictor: Callable[..., Predictor], tagger: FakeTagger, way: str
) -> None:
    predictor = new_predictor()
    occupy(predictor, tagger)
    others = predictor.submit([f"other {number}" for number in range(2 * BATCH_TEXTS)])
    if way == "ahead":
        pending = predictor.submit_ahead("Oslo")
    else:
        (pending,) = predictor.submit(["Oslo"])
    (first,) = predictor.submit(["Oslo"], urgent=True)
    (second,) = predictor.submit(["Oslo"], urgent=True)
    assert first is second is pending
    tagger.gate.set()
    for future in (first, *others):
        future.result(WAIT)
    predictor.close()
    assert tagger.batches[1] == ["Oslo"]
    assert sum(batch.count("Oslo") for batch in tagger.batches) == 1


def test_a_text_that_is_being_predicted_alone_is_not_begun_anew_for_a_reviewer(
    new_predictor: Callable[..., Predictor], tagger: FakeTagger
) -> None:
    predictor = new_predictor()
    tagger.gate.clear()
    predictor.submit_ahead("Oslo")
    assert tagger.asked.wait(WAIT)
    (urgent,) = predictor.submit(["Oslo"], urgent=True)
    tagger.gate.set()
    assert urgent.result(WAIT).spans
    predictor.close()
    assert tagger.batches == [["Oslo"]]


def test_a_text_that_fails_twice_leaves_the_predictor_alive(
    new_predictor: Callable[..., Predictor], tagger: FakeTagger
) -> None:
    predictor = new_predictor()
    tagger.poison = "poison"
    tagger.gate.clear()
    (pending,) = predictor.submit(["poison"])
    assert tagger.asked.wait(WAIT)
    predictor.submit(["poison"], urgent=True)
    tagger.gate.set()
    with pytest.raises(PredictionFailed):
        pending.result(WAIT)
    assert predictor.submit(["Oslo"])[0].result(WAIT).spans


def test_a_reviewer_has_the_prediction_of_a_text_before_the_rest_of_its_batch(
    new_predictor: Callable[..., Predictor], tagger: FakeTagger
) -> None:
    predictor = new_predictor()
    occupy(predictor, tagger)
    tagger.asked.clear()
    pending, _ = predictor.submit(["Oslo", "Bonn"])
    tagger.gate.set()
    assert tagger.asked.wait(WAIT)
    (urgent,) = predictor.submit(["Oslo"], urgent=True)
    assert urgent is pending
    assert urgent.result(WAIT).spans
    # The thread lives on.
    assert predictor.submit(["Oslo and Bonn"])[0].result(WAIT).spans


def test_the_memory_of_predictions_is_released_when_nobody_asks(
    new_predictor: Callable[..., Predictor], tagger: FakeTagger
) -> None:
    predictor = new_predictor(idle_seconds=0.01)
    predictor.submit(["Oslo"])[0].result(WAIT)
    assert tagger.released.wait(WAIT)
    assert predictor.submit(["Ada"])[0].result(WAIT).text == "Ada"


def test_the_memory_is_kept_while_texts_come(
    new_predictor: Callable[..., Predictor], tagger: FakeTagger
) -> None:
    predictor = new_predictor(idle_seconds=WAIT)
    for text in ("Oslo", "Ada"):
        predictor.submit([text])[0].result(WAIT)
    assert not tagger.released.is_set()


def test_a_model_that_cannot_release_its_memory_answers(
    new_predictor: Callable[..., Predictor],
    tagger: FakeTagger,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    tried = threading.Event()

    def fail() -> None:
        tried.set()
        raise RuntimeError("busy")

    monkeypatch.setattr(tagger, "release_memory", fail)
    predictor = new_predictor(idle_seconds=0.01)
    assert tried.wait(WAIT)
    assert predictor.submit(["Oslo"])[0].result(WAIT).text == "Oslo"
    assert "memory is not released: RuntimeError" in caplog.text
