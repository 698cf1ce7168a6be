"""Texts that wait in Redis are predicted with the champion that they wait for."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis

from server.metrics import Metrics
from server.serving.ahead import AheadPredictor
from server.serving.champions import Champions, ChampionSlot
from tests.support.running.processes import wait_until
from tests.support.running.serving import PROJECT, Rig
from tests.support.training.fake_tagger import FakeTagger
from worker.beforehand.known_predictions import KnownPredictions
from worker.beforehand.waiting_texts import Fed, WaitingTexts
from worker.redis_connection import OptionalRedis
from worker.settings import Settings


@pytest.fixture
def redis(valkey: Redis, valkey_url: str, tmp_path: Path) -> OptionalRedis:
    return OptionalRedis(Settings(data_dir=tmp_path, redis_url=valkey_url), lambda: 0.0)


@pytest.fixture
def ahead(rig: Rig, redis: OptionalRedis) -> AheadPredictor:
    return AheadPredictor(rig.champions.slots, redis, rig.metrics)


def put(valkey: Redis, rig: Rig, *texts: str) -> WaitingTexts:
    champion = rig.registry.current()
    assert champion is not None
    waiting = WaitingTexts(valkey, PROJECT, champion)
    waiting.put(texts, Fed(revision=0))
    return waiting


def ahead_of(rig: Rig, result: str) -> float:
    return rig.metric("nerloop_texts_ahead_total", project=PROJECT, result=result)


def test_waiting_texts_are_predicted_in_order_and_then_known(
    rig: Rig, ahead: AheadPredictor, valkey: Redis
) -> None:
    assert ahead.predict_next() == 0
    tagger = rig.promote_words()
    put(valkey, rig, "Oslo", "Bonn", "Oslo")
    assert [ahead.predict_next() for _ in range(4)] == [1, 1, 1, 0]
    assert tagger.batches[-2:] == [["Oslo"], ["Bonn"]]
    assert (ahead_of(rig, "predicted"), ahead_of(rig, "known")) == (2, 1)
    assert rig.ask("Oslo").json == [{"label": "LOC", "start_offset": 0, "end_offset": 4}]
    assert len(tagger.batches) == 3  # the first was the warm-up
    lookups = {"project": PROJECT, "result": "hit"}
    assert rig.metric("nerloop_cache_lookups_total", **lookups) == 1


def test_texts_for_another_champion_are_left_for_it(
    rig: Rig, ahead: AheadPredictor, valkey: Redis
) -> None:
    rig.promote_words()
    waiting = put(valkey, rig, "Oslo")
    rig.promote_words()
    assert ahead.predict_next() == 0
    assert waiting.count() == 1


def test_a_text_that_cannot_be_predicted_is_counted_and_the_next_one_comes(
    rig: Rig, ahead: AheadPredictor, valkey: Redis
) -> None:
    rig.promote(rig.add(FakeTagger({"Oslo": "LOC"}, poison="poison")))
    put(valkey, rig, "poison", "Oslo")
    assert [ahead.predict_next(), ahead.predict_next()] == [1, 1]
    assert (ahead_of(rig, "failed"), ahead_of(rig, "predicted")) == (1, 1)


def test_a_model_that_is_replaced_meanwhile_ends_nothing(
    rig: Rig, ahead: AheadPredictor, valkey: Redis
) -> None:
    rig.promote_words()
    put(valkey, rig, "Oslo")
    champion = rig.champions.slots[PROJECT].champion
    assert champion is not None
    champion.predictor.close()
    assert ahead.predict_next() == 0


def test_nothing_is_taken_while_somebody_waits_in_any_project(
    rig: Rig, ahead: AheadPredictor, valkey: Redis
) -> None:
    tagger = rig.promote_words()
    waiting = put(valkey, rig, "Oslo")
    tagger.asked.clear()
    tagger.gate.clear()
    rig.champions.ask(PROJECT, ["busy"])
    assert tagger.asked.wait(30)
    rig.champions.ask(PROJECT, ["waits"])
    assert ahead.predict_next() == 0
    assert waiting.count() == 1
    tagger.gate.set()


def test_the_thread_outlives_an_error(
    rig: Rig, ahead: AheadPredictor, valkey: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.promote_words()
    champion = rig.champions.slots[PROJECT].champion
    assert champion is not None
    submit, failed = champion.predictor.submit_ahead, threading.Event()

    def fails_once(text: str) -> object:
        if not failed.is_set():
            failed.set()
            raise RuntimeError("nonsense")
        return submit(text)

    monkeypatch.setattr("server.serving.ahead.PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(champion.predictor, "submit_ahead", fails_once)
    put(valkey, rig, "Oslo", "Bonn")
    ahead.start()
    wait_until("the next text to be predicted", lambda: ahead_of(rig, "predicted") == 1)
    ahead.stop()


def test_the_thread_works_until_it_is_stopped(
    rig: Rig, ahead: AheadPredictor, valkey: Redis
) -> None:
    rig.promote_words()
    ahead.start()
    put(valkey, rig, "Oslo")
    wait_until("the text to be predicted", lambda: ahead_of(rig, "predicted") == 1)
    ahead.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "ahead"]


def test_a_restarted_server_has_what_was_predicted(
    rig: Rig, redis: OptionalRedis, new_slot: Callable[[], ChampionSlot]
) -> None:
    tagger = FakeTagger({"Oslo": "LOC"})
    rig.promote(rig.add(tagger))
    for expected in (2, 3):
        slot = new_slot()
        slot.check()
        champions = Champions({PROJECT: slot})
        (future,) = champions.ask(PROJECT, ["Oslo"], urgent=True).futures
        assert future.result(30).spans
        champions.close()
        # The second one warms up and predicts nothing else.
        assert tagger.batches.count(["Oslo"]) == 1
        assert len(tagger.batches) == 1 + expected


def test_a_replaced_version_keeps_its_predictions_for_a_while_only(
    rig: Rig, valkey: Redis, new_slot: Callable[[], ChampionSlot]
) -> None:
    rig.promote(rig.add(FakeTagger({"Oslo": "LOC"})))
    slot = new_slot()
    slot.check()
    Champions({PROJECT: slot}).ask(PROJECT, ["Oslo"], urgent=True).futures[0].result(30)
    key = f"nerloop:predictions:{PROJECT}:v0001"
    wait_until("the prediction to be kept", lambda: valkey.exists(key))
    assert valkey.ttl(key) > 3_600
    rig.promote(rig.add(FakeTagger({})))
    slot.check()
    assert 0 < valkey.ttl(key) <= 3_600
    slot.close()


@pytest.fixture
def new_slot(rig: Rig, redis: OptionalRedis) -> Callable[[], ChampionSlot]:
    """A slot as in a server that was just started, which shares its predictions."""
    return lambda: ChampionSlot(
        rig.registry,
        Metrics(),
        load=lambda path: rig.taggers[path.name],
        monotonic=lambda: 0.0,
        share=lambda version: KnownPredictions(redis, PROJECT, version.name),
    )
