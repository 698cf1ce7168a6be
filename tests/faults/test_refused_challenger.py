"""A refused warm challenger is followed by one from scratch, however many ticks follow."""

from pathlib import Path

from redis import Redis

from tests.support.training.fake_training import (
    PROJECT,
    Clock,
    FakeTraining,
    approve,
    dependencies_for,
    gold_documents,
    settings_for,
)
from worker.project_settings import RetrainSettings
from worker.queue.queues import Enqueued, Queues
from worker.queue.tick import TickDependencies, run_tick
from worker.retrain.retrain import retrain
from worker.store.database import open_store
from worker.store.training.runs import list_runs


def test_a_refused_challenger_is_not_trained_again_and_again(tmp_path: Path, valkey: Redis) -> None:
    clock, settings = Clock(), settings_for(tmp_path / "data")
    project = settings.project(PROJECT).model_copy(
        update={"retrain": RetrainSettings(min_changed=4, quiet_seconds=0, max_age_seconds=60)}
    )
    settings = settings.model_copy(update={"projects": {PROJECT: project}})
    store = open_store(settings.resolved_store_url)
    gold, more = gold_documents(seed=1), gold_documents(5, seed=2)
    fake = FakeTraining([*gold, *more], [1.0, 0.1])
    dependencies, _ = dependencies_for(store, settings, fake, clock)
    tick = TickDependencies(
        store=store,
        queues=Queues(valkey, settings, clock),
        settings=settings,
        host="here",
        collect=lambda _: {},
        feed=lambda _: 0,
        clock=clock,
    )

    def check_for_hours() -> None:
        for _ in range(30):
            clock.forward(1_000)
            if run_tick(tick, PROJECT).training is Enqueued.NEW:
                retrain(dependencies, PROJECT)
                valkey.flushall()

    approve(store, gold)
    check_for_hours()
    approve(store, more)
    check_for_hours()
    with store.read() as session:
        found = [(run.state, run.warm_from) for run in list_runs(session, PROJECT)]
    assert found == [("refused", None), ("refused", "v0001"), ("promoted", None)]
    assert len(fake.trained) == 3
    champion = dependencies.registry(PROJECT).champion()
    assert champion is not None
    assert champion.name == "v0001"
    store.close()
