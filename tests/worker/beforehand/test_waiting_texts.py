"""Texts wait in the order in which they were put, for one promotion."""

from datetime import UTC, datetime

import pytest
from redis import Redis

from ner.versions.promotions import Promotion
from worker.beforehand.forgetting import forget_texts
from worker.beforehand.known_predictions import key_start
from worker.beforehand.waiting_texts import LIST_SECONDS, Fed, WaitingTexts
from worker.settings import Settings

AT = datetime(2026, 11, 27, tzinfo=UTC)


def promotion(sequence: int = 1) -> Promotion:
    return Promotion(sequence=sequence, version="v0001", previous="", reason="first", at=AT)


@pytest.fixture
def waiting(valkey: Redis) -> WaitingTexts:
    return WaitingTexts(valkey, "papers", promotion())


def test_texts_are_taken_in_order(waiting: WaitingTexts) -> None:
    assert waiting.fed() is None
    waiting.put(["Bonn", "😀 Trier"], Fed(document=7, texts=2, revision=3))
    waiting.put(["Köln"], Fed(document=9, texts=3, revision=3))
    assert waiting.count() == 3
    assert waiting.fed() == Fed(document=9, texts=3, revision=3)
    assert [waiting.take() for _ in range(4)] == ["Bonn", "😀 Trier", "Köln", None]
    waiting.put(["Kiel"], Fed(document=11, texts=4, revision=3))
    assert waiting.fed() == Fed(document=11, texts=4, taken=3, revision=3)


def test_what_no_text_came_from_is_noted_too(waiting: WaitingTexts) -> None:
    waiting.put([], Fed(document=7, texts=0, revision=3))
    assert waiting.count() == 0
    assert waiting.fed() == Fed(document=7, texts=0, revision=3)


def test_a_version_that_is_promoted_again_begins_anew(waiting: WaitingTexts, valkey: Redis) -> None:
    waiting.put(["Bonn"], Fed(document=7, texts=1, revision=3))
    again = WaitingTexts(valkey, "papers", promotion(3))
    assert again.fed() is None
    assert again.take() is None


def test_what_nobody_takes_goes(waiting: WaitingTexts, valkey: Redis) -> None:
    waiting.put(["Bonn"], Fed(document=7, texts=1, revision=3))
    assert 0 < valkey.ttl("nerloop:ahead:papers:v0001:1") <= LIST_SECONDS
    assert valkey.ttl("nerloop:ahead:papers:v0001:1:fed") > LIST_SECONDS
    valkey.expire("nerloop:ahead:papers:v0001:1", 100)
    waiting.put(["Trier"], Fed(document=8, texts=2, revision=3))
    assert 0 < valkey.ttl("nerloop:ahead:papers:v0001:1") <= 100


def test_texts_that_have_gone_are_noticed_but_for_a_few_of_killed_servers() -> None:
    fed = Fed(document=90, texts=90, taken=50, revision=3)
    assert not fed.has_lost_texts(waiting=30)
    assert fed.has_lost_texts(waiting=29)


@pytest.mark.parametrize("fields", [{"document": "x"}, {"pages": "3"}, {"document": "1"}])
def test_a_note_that_cannot_be_read_is_none(
    waiting: WaitingTexts, valkey: Redis, fields: dict[str, str]
) -> None:
    valkey.hset("nerloop:ahead:papers:v0001:1:fed", mapping=fields)  # type: ignore[arg-type]
    assert waiting.fed() is None


def test_texts_that_are_no_unicode_can_be_taken(waiting: WaitingTexts, valkey: Redis) -> None:
    valkey.rpush("nerloop:ahead:papers:v0001:1", b"\xff Bonn")
    assert waiting.take() == "\N{REPLACEMENT CHARACTER} Bonn"


def test_a_project_is_forgotten_and_others_are_not(
    waiting: WaitingTexts, valkey: Redis, settings: Settings
) -> None:
    waiting.put(["Bonn"], Fed(document=7, texts=1, revision=3))
    valkey.hset(f"{key_start('papers')}:v0001-abc", "hash", "[]")
    WaitingTexts(valkey, "papers-2", promotion()).put(["Oslo"], Fed(revision=0))
    forget_texts(valkey, settings, "papers")
    assert sorted(valkey.keys()) == [
        b"nerloop:ahead:papers-2:v0001:1",
        b"nerloop:ahead:papers-2:v0001:1:fed",
    ]
    forget_texts(valkey, settings, "papers")
