import gc
import threading
import weakref
from collections.abc import Callable, Iterator

import pytest

from ner.errors import ModelRetired, Overloaded, PredictionFailed
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
