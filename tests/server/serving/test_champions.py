"""The champion of a project follows the registry's pointer."""

import gc
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ner.errors import NoModel, NotLoaded
from ner.text_tagger import ServedTagger
from server.serving import champions
from server.serving.loading import WARM_UP, Champion, load_champion
from tests.support.running.serving import NOW, PROJECT, Rig
from tests.support.training.fake_tagger import FakeTagger

WAIT = 30


def champion_of(rig: Rig) -> str | None:
    champion = rig.champions.slots[PROJECT].champion
    return champion and champion.name


def test_before_the_first_promotion_nothing_answers(rig: Rig) -> None:
    rig.champions.check()
    with pytest.raises(NoModel, match="papers") as raised:
        rig.champions.ask(PROJECT, ["Oslo"])
    assert not isinstance(raised.value, NotLoaded)


def test_before_the_first_check_and_without_a_usable_file_the_model_is_not_loaded(
    rig: Rig,
) -> None:
    with pytest.raises(NotLoaded, match="is being loaded"):
        rig.champions.ask(PROJECT, ["Oslo"])
    name = rig.add(FakeTagger({}))
    rig.registry.promote(name, expected=None, reason="first")
    (rig.registry.get(name).path / "config.json").unlink()
    rig.champions.check()
    with pytest.raises(NotLoaded, match="cannot be loaded"):
        rig.champions.ask(PROJECT, ["Oslo"])


def test_who_waits_goes_on_when_the_registry_was_read_and_after_the_time(rig: Rig) -> None:
    slot = rig.champions.slots[PROJECT]
    slot.wait_until_checked(-1)
    assert not slot.checked
    waiting = threading.Thread(target=slot.wait_until_checked, args=(600,))
    waiting.start()
    waiting.join(0.2)
    assert waiting.is_alive()
    rig.champions.check()
    waiting.join(WAIT)
    assert not waiting.is_alive()
    slot.wait_until_checked(600)


def test_a_promoted_version_answers_and_the_old_one_is_freed(rig: Rig) -> None:
    old = weakref.ref(rig.promote_words())
    rig.taggers.clear()
    rig.promote_words({})
    gc.collect()
    assert champion_of(rig) == "v0002"
    assert old() is None
    assert rig.metric("nerloop_model_info", project=PROJECT, version="v0001") == 0
    assert rig.metric("nerloop_model_info", project=PROJECT, version="v0002") == 1


def test_a_rollback_is_followed(rig: Rig) -> None:
    rig.promote_words()
    rig.promote_words()
    rig.registry.rollback(reason="worse after all")
    rig.champions.check()
    assert champion_of(rig) == "v0001"


def test_a_model_is_warmed_up_before_it_answers(rig: Rig) -> None:
    tagger = FakeTagger({"Oslo": "LOC"})
    name = rig.add(tagger)
    tagger.gate.clear()
    promoting = threading.Thread(target=rig.promote, args=[name])
    promoting.start()
    assert tagger.asked.wait(WAIT)
    assert champion_of(rig) is None
    tagger.gate.set()
    promoting.join(WAIT)
    assert champion_of(rig) == "v0001"
    assert len(tagger.batches) == 1


def test_requests_are_answered_by_the_old_model_while_the_new_one_loads(rig: Rig) -> None:
    rig.promote_words()
    slow = FakeTagger({"Oslo": "LOC"}, version="v0002")
    slow.gate.clear()
    name = rig.add(slow)
    promoting = threading.Thread(target=rig.promote, args=[name])
    promoting.start()
    assert slow.asked.wait(WAIT)
    assert rig.predict(["Oslo"]).get_json()["model_version"] == "v0001"
    slow.gate.set()
    promoting.join(WAIT)
    assert rig.predict(["Oslo"]).get_json()["model_version"] == "v0002"


def test_a_request_to_a_retired_model_is_answered_by_its_successor(rig: Rig) -> None:
    rig.promote_words()
    slot = rig.champions.slots[PROJECT]
    old = slot.champion
    assert old is not None
    rig.promote_words()
    new = slot.champion

    class Meanwhile:
        """A slot that has the old champion at the first look and the new one at the second."""

        looks = iter([old, new])

        @property
        def champion(self) -> object:
            return next(self.looks)

    rig.champions.slots[PROJECT] = Meanwhile()  # type: ignore[assignment]
    try:
        asked = rig.champions.ask(PROJECT, ["Oslo"])
    finally:
        rig.champions.slots[PROJECT] = slot
    assert asked.champion is new


def test_a_corrupt_version_is_never_served_and_logged_once(
    new_rig: Callable[..., Rig], caplog: pytest.LogCaptureFixture
) -> None:
    time = [0.0]
    rig = new_rig(monotonic=lambda: time[0])
    rig.promote_words()
    name = rig.add(FakeTagger({}))
    rig.registry.promote(name, expected="v0001", reason="better")
    (rig.registry.get(name).path / "model.safetensors").write_bytes(b"other")
    for seconds in (0.0, 60.0, 120.0):
        time[0] = seconds
        rig.champions.check()
    assert champion_of(rig) == "v0001"
    failures = "nerloop_model_load_failures_total"
    assert rig.metric(failures, project=PROJECT, error="CorruptVersion") == 3
    assert caplog.text.count("is corrupt") == 1
    assert rig.predict(["Oslo"]).get_json()["model_version"] == "v0001"


def test_a_corrupt_first_version_leaves_the_project_without_a_model(rig: Rig) -> None:
    name = rig.add(FakeTagger({}))
    rig.registry.promote(name, expected=None, reason="first")
    (rig.registry.get(name).path / "config.json").unlink()
    rig.champions.check()
    assert champion_of(rig) is None


def test_a_repaired_version_is_loaded_after_a_pause(new_rig: Callable[..., Rig]) -> None:
    time = [0.0]
    rig = new_rig(monotonic=lambda: time[0])
    name = rig.add(FakeTagger({}))
    rig.registry.promote(name, expected=None, reason="first")
    path = rig.registry.get(name).path / "model.safetensors"
    weights = path.read_bytes()
    path.write_bytes(b"cut")
    rig.champions.check()
    path.write_bytes(weights)
    rig.champions.check()
    assert champion_of(rig) is None
    time[0] = 60.0
    rig.champions.check()
    assert champion_of(rig) == "v0001"
    assert rig.champions.slots[PROJECT].problem is None


def test_a_version_that_cannot_predict_is_not_served(rig: Rig) -> None:
    rig.promote_words()
    rig.promote(rig.add(FakeTagger({}, poison=WARM_UP)))
    assert champion_of(rig) == "v0001"


def test_the_old_model_stays_after_any_error_of_loading(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.promote_words()
    name = rig.add(FakeTagger({}))
    del rig.taggers[name]
    rig.promote(name)
    assert champion_of(rig) == "v0001"
    assert "KeyError while loading" in caplog.text


def test_the_first_model_is_loaded_at_once_and_its_successor_beside_its_answers(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside: list[bool] = []

    def noted(*args: Any, beside_answers: bool, **options: Any) -> Champion:
        beside.append(beside_answers)
        return load_champion(*args, beside_answers=beside_answers, **options)

    monkeypatch.setattr(champions, "load_champion", noted)
    rig.promote_words()
    rig.promote_words()
    assert beside == [False, True]


def test_an_unreadable_pointer_changes_nothing(rig: Rig) -> None:
    rig.promote_words()
    pointer = rig.registry.folder / "champion.json"
    good = pointer.read_bytes()
    pointer.write_text("{")
    rig.champions.check()
    assert champion_of(rig) == "v0001"
    pointer.write_bytes(good)
    rig.champions.check()
    assert rig.champions.slots[PROJECT].problem is None


def test_a_removed_pointer_takes_the_model_away(rig: Rig) -> None:
    rig.promote_words()
    (rig.registry.folder / "champion.json").unlink()
    rig.champions.check()
    assert champion_of(rig) is None


def test_a_version_made_again_under_the_same_number_is_loaded(rig: Rig, tmp_path: Path) -> None:
    rig.promote_words()
    rig.registry.folder.rename(tmp_path / "away")
    rig.promote_words({"Oslo": "PER"}, created_at=NOW)
    assert champion_of(rig) == "v0001"
    assert rig.predict(["Oslo"]).get_json()["predictions"][0]["spans"][0]["label"] == "PER"


def test_a_champion_promoted_again_is_not_loaded_again(rig: Rig) -> None:
    loads: list[Path] = []

    def load(path: Path) -> ServedTagger:
        loads.append(path)
        return FakeTagger({})

    rig.champions.slots[PROJECT]._load = load
    rig.promote_words()
    pointer = rig.registry.folder / "champion.json"
    pointer.write_text(pointer.read_text().replace("better", "the best"))
    rig.champions.check()
    rig.champions.check()
    champion = rig.champions.slots[PROJECT].champion
    assert champion is not None
    assert champion.promotion.reason == "the best"
    assert len(loads) == 1
