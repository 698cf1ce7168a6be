from server.serving.watcher import ChampionWatcher
from tests.support.running.serving import PROJECT, Rig
from tests.support.training.fake_tagger import FakeTagger

WAIT = 30


def test_the_watcher_loads_a_new_champion_until_it_is_stopped(rig: Rig) -> None:
    tagger = FakeTagger({"Oslo": "LOC"})
    name = rig.add(tagger)
    watcher = ChampionWatcher(rig.champions, seconds=0.001)
    watcher.start()
    rig.registry.promote(name, expected=None, reason="first")
    assert tagger.asked.wait(WAIT)
    watcher.stop()
    champion = rig.champions.slots[PROJECT].champion
    assert champion is not None
    assert champion.name == "v0001"
    assert not watcher._thread.is_alive()
