"""The champion's folder, its pointer or all models are lost, and nothing else has changed."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ner.versions.promotions import POINTER_FILE
from ner.versions.registry import Registry
from tests.support.training.fake_training import (
    PROJECT,
    Clock,
    FakeTraining,
    add_change,
    champion,
    runs,
)
from worker.retrain.dependencies import RetrainDependencies
from worker.retrain.missing_champion import missing_champion
from worker.retrain.policies.retrain_policy import Decision, decide_retrain
from worker.retrain.retrain import retrain
from worker.retrain.retrain_state import read_retrain_state, with_data
from worker.settings import Settings
from worker.store.database import Store
from worker.store.models_folder import claim_models_folder
from worker.store.training.datasets import load_dataset


def decide(store: Store, settings: Settings, clock: Clock, *, host: str = "here") -> Decision:
    clock.forward(3_600)
    with store.read() as session:
        state = read_retrain_state(
            session, settings, PROJECT, host=host, training_here=False, now=clock()
        )
        state = with_data(session, settings, PROJECT, state, load_dataset(session, PROJECT))
    return decide_retrain(state, settings.project(PROJECT).retrain, clock())


def missing(store: Store, settings: Settings) -> str | None:
    with store.read() as session:
        return missing_champion(session, Registry(settings.models_dir, PROJECT))


def lose_all(models: Path) -> None:
    shutil.rmtree(models)


def lose_versions(models: Path) -> None:
    shutil.rmtree(models / PROJECT / "versions")


LOSSES: dict[Callable[[Path], None], tuple[str, str]] = {
    lose_all: ("has no champion, and v0002 was promoted before", "v0001"),
    lose_versions: ("the champion v0002 is not in", "v0003"),
}


@pytest.mark.parametrize("lose", LOSSES)
def test_models_that_are_lost_are_trained_anew_without_a_change(
    dependencies: RetrainDependencies,
    store: Store,
    settings: Settings,
    fake: FakeTraining,
    clock: Clock,
    lose: Callable[[Path], None],
) -> None:
    fake.shares = [0.5, 1.0]
    retrain(dependencies, PROJECT)
    add_change(store, fake)
    assert retrain(dependencies, PROJECT).outcome == "promoted"
    assert missing(store, settings) is None
    assert not decide(store, settings, clock).go
    lose(settings.models_dir)
    sentence, name = LOSSES[lose]
    assert sentence in (missing(store, settings) or "")
    due = decide(store, settings, clock)
    assert due.go
    assert sentence in due.reasons[0]
    result = retrain(dependencies, PROJECT)
    assert (result.outcome, result.version, champion(dependencies)) == ("promoted", name, name)
    assert runs(store)[0].start_reasons[0].startswith("from scratch")
    assert not decide(store, settings, clock).go
    assert retrain(dependencies, PROJECT).outcome == "known"


def test_a_version_that_lost_its_pointer_is_promoted_again_without_a_training(
    dependencies: RetrainDependencies,
    store: Store,
    settings: Settings,
    fake: FakeTraining,
    clock: Clock,
) -> None:
    retrain(dependencies, PROJECT)
    (settings.models_dir / PROJECT / POINTER_FILE).unlink()
    assert decide(store, settings, clock).go
    assert retrain(dependencies, PROJECT).outcome == "known"
    assert (champion(dependencies), len(fake.trained)) == ("v0001", 1)
    assert not decide(store, settings, clock).go


def test_a_refused_version_of_the_same_data_does_not_end_the_training(
    dependencies: RetrainDependencies, store: Store, settings: Settings, fake: FakeTraining
) -> None:
    fake.shares = [1.0, 0.2, 0.2, 0.2]
    retrain(dependencies, PROJECT)
    add_change(store, fake)
    for _ in ("warm", "from scratch"):
        assert retrain(dependencies, PROJECT).outcome == "refused"
    shutil.rmtree(settings.models_dir / PROJECT / "versions" / "v0001")
    result = retrain(dependencies, PROJECT)
    assert (result.outcome, result.version) == ("promoted", "v0004")


def test_versions_that_are_made_on_another_host_are_not_missing(
    dependencies: RetrainDependencies, store: Store, settings: Settings, clock: Clock
) -> None:
    retrain(dependencies, PROJECT)
    with store.begin() as session:
        claim_models_folder(session, settings.models_dir, "here")
    elsewhere = settings.model_copy(update={"data_dir": settings.data_dir / "own"})
    assert not decide(store, elsewhere, clock, host="there").go
    # The folder of the trainings themselves was lost.
    lose_all(settings.models_dir)
    assert decide(store, settings, clock).go
