"""What the loads of the serving benchmark count."""

import threading
from itertools import islice

import pytest

from benchmarks.serving import load as load_module
from benchmarks.serving.load import Ask, Load, closed_loop, new_texts, open_loop

TEXTS = ["Oslo", "Bonn"]


def test_no_text_comes_twice() -> None:
    texts = [*islice(new_texts(TEXTS), 6)]
    assert [text.partition("\n")[0] for text in texts] == TEXTS * 3
    assert len({*texts}) == 6


def test_each_client_of_a_closed_loop_asks_one_text_after_the_other() -> None:
    clients: list[int] = []
    together = threading.Barrier(3)

    def new_ask() -> Ask:
        clients.append(0)
        mine = len(clients) - 1

        def ask(_: str) -> None:
            if clients[mine] == 0:
                together.wait(30)  # all three are under way at once
            clients[mine] += 1

        return ask

    load = closed_loop(new_ask, new_texts(TEXTS), clients=3, seconds=0.05)
    assert len(clients) == 3
    assert len(load.milliseconds) == sum(clients) >= 3
    assert load.failed == 0


def test_an_open_loop_does_not_wait_for_answers() -> None:
    begun, all_begun = [], threading.Event()

    def new_ask() -> Ask:
        def ask(text: str) -> None:
            begun.append(text)
            if len(begun) >= 5:
                all_begun.set()
            assert all_begun.wait(30), "the others were never sent"

        return ask

    load = open_loop(new_ask, new_texts(TEXTS), rate=200, seconds=0.2)
    assert len(load.milliseconds) == len(begun) >= 5


def test_failures_are_counted_and_have_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_module, "REFUSED_SECONDS", 0.0)

    def refuse(_: str) -> None:
        raise ConnectionError("refused")

    load = closed_loop(lambda: refuse, new_texts(TEXTS), clients=2, seconds=0.01)
    assert load.failed > 0
    assert load.milliseconds == ()


def test_percentiles_are_those_of_the_answers() -> None:
    load = Load(milliseconds=tuple(map(float, range(1, 102))), failed=0, seconds=2.0)
    assert [load.percentile(share) for share in (50, 95, 99)] == [51.0, 96.0, 100.0]
    assert load.documents_per_second == 50.5
    assert Load(milliseconds=(7.0,), failed=0, seconds=1.0).percentile(99) == 7.0
