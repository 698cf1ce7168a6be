import pytest
from sqlalchemy import text

from ner.errors import StoreError
from tests.support.running.serving import PROJECT, Rig
from tests.support.training.fake_tagger import FakeTagger

READY = "/health/ready"


def test_the_process_lives(rig: Rig) -> None:
    assert rig.client.get("/health/live").get_json() == {"live": True}


def test_ready_without_a_champion_once_the_registry_was_looked_at(rig: Rig) -> None:
    before = rig.client.get(READY, headers=rig.service)
    assert before.status_code == 503
    assert before.get_json()["reasons"] == ["project papers: the champion is still being loaded"]
    assert before.get_json()["loading"]
    rig.champions.check()
    after = rig.client.get(READY, headers=rig.service)
    assert (after.status_code, after.get_json()) == (
        200,
        {"ready": True, "loading": False, "reasons": [], "models": {}},
    )


def test_not_ready_while_the_only_champion_is_corrupt(rig: Rig) -> None:
    name = rig.add(FakeTagger({}))
    rig.registry.promote(name, expected=None, reason="first")
    (rig.registry.get(name).path / "config.json").unlink()
    rig.champions.check()
    response = rig.client.get(READY, headers=rig.service)
    assert response.status_code == 503
    assert "cannot be loaded" in response.get_json()["reasons"][0]
    assert not response.get_json()["loading"]


def test_ready_while_the_old_champion_answers_for_a_corrupt_one(rig: Rig) -> None:
    rig.promote_words()
    rig.promote(rig.add(FakeTagger({}, poison="University of X, 1 Main Street\n")))
    name = rig.add(FakeTagger({}))
    rig.registry.promote(name, expected="v0002", reason="better")
    (rig.registry.get(name).path / "config.json").unlink()
    rig.champions.check()
    response = rig.client.get(READY, headers=rig.service)
    assert (response.status_code, response.get_json()["models"]) == (200, {PROJECT: "v0002"})


def test_without_the_service_token_no_project_is_named(rig: Rig) -> None:
    for headers in ({}, rig.bearer()):
        before = rig.client.get(READY, headers=headers)
        assert before.status_code == 503
        assert "papers" not in before.get_data(as_text=True)
    rig.promote_words()
    assert rig.client.get(READY).get_json()["models"] == {}


def test_not_ready_once_another_version_has_changed_the_store(rig: Rig) -> None:
    rig.champions.check()
    with rig.store.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    response = rig.client.get(READY)
    assert response.status_code == 503
    assert "another version of nerloop" in response.get_json()["reasons"][0]


def test_not_ready_without_the_store(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise StoreError("secret")

    rig.champions.check()
    headers = rig.service
    monkeypatch.setattr(rig.store, "read", fail)
    monkeypatch.setattr(rig.store.engine, "connect", fail)
    response = rig.client.get(READY, headers=headers)
    assert response.status_code == 503
    assert response.get_json()["reasons"] == ["the store cannot be reached"]


def test_the_metrics_are_text_for_prometheus(rig: Rig) -> None:
    response = rig.client.get("/metrics", headers=rig.service)
    assert response.content_type.startswith("text/plain")
    assert "# TYPE nerloop_requests_total counter" in response.get_data(as_text=True)
