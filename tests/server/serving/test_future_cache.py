from concurrent.futures import Future

from ner.spans import Prediction
from server.serving.future_cache import FutureCache


def test_the_least_recently_used_future_is_dropped_first() -> None:
    cache = FutureCache(entries=2, characters=100)
    futures: list[Future[Prediction]] = [Future() for _ in range(3)]
    cache.put("a", futures[0], size=1)
    cache.put("b", futures[1], size=1)
    assert cache.get("a") is futures[0]
    cache.put("c", futures[2], size=1)
    assert cache.get("b") is None
    assert cache.get("a") is futures[0]
    assert cache.get("c") is futures[2]


def test_old_futures_are_dropped_beyond_the_limit_of_characters() -> None:
    cache = FutureCache(entries=10, characters=100)
    for key in "abc":
        cache.put(key, Future(), size=40)
    assert cache.get("a") is None
    assert len(cache) == 2


def test_a_text_over_the_limit_is_not_cached() -> None:
    cache = FutureCache(entries=10, characters=100)
    cache.put("a", Future(), size=101)
    assert len(cache) == 0
    cache.put("b", Future(), size=100)
    assert len(cache) == 1


def test_a_future_that_is_put_twice_or_dropped_is_counted_once() -> None:
    cache = FutureCache(entries=10, characters=100)
    cache.put("a", Future(), size=60)
    cache.put("a", Future(), size=60)
    cache.drop("a")
    cache.drop("a")
    cache.put("b", Future(), size=60)
    cache.put("c", Future(), size=40)
    assert len(cache) == 2
