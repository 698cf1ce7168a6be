"""The comparison with the champion, the promotion, and the folders that are removed."""

import dataclasses

import pytest

from ner.errors import ChampionChanged, TrainingError
from ner.versions.manifest import write_manifest
from ner.versions.registry import Registry
from tests.support.training.fake_training import (
    PROJECT,
    Clock,
    FakeTraining,
    add_change,
    champion,
    dependencies_for,
    runs,
)
from worker.retrain.dependencies import RetrainDependencies
from worker.retrain.retrain import retrain
from worker.settings import Settings
from worker.store.database import Store


def test_a_champion_that_changes_during_the_comparison_is_compared_again(
    dependencies: RetrainDependencies,
    store: Store,
    fake: FakeTraining,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake.shares = [0.2, 1.0, 0.6]
    retrain(dependencies, PROJECT)
    registry = dependencies.registry(PROJECT)
    add_change(store, fake, seed=2)
    retrain(dependencies, PROJECT)
    registry.rollback(reason="a person went back")
    add_change(store, fake, seed=3)
    promote = Registry.promote
    interfered: list[str | None] = []

    def interfere(self: Registry, version: str, *, expected: str | None, reason: str) -> object:
        if not interfered:
            interfered.append(expected)
            promote(self, "v0002", expected=expected, reason="by hand, meanwhile")
        return promote(self, version, expected=expected, reason=reason)

    monkeypatch.setattr(Registry, "promote", interfere)
    result = retrain(dependencies, PROJECT)
    assert interfered == ["v0001"]
    assert (result.outcome, champion(dependencies)) == ("refused", "v0002")
    assert runs(store)[0].compared_with == "v0002"


def test_a_run_fails_when_the_champion_changes_during_every_comparison(
    dependencies: RetrainDependencies, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts: list[str] = []

    def change(_: Registry, version: str, **__: object) -> None:
        attempts.append(version)
        raise ChampionChanged("v0009 is the champion now")

    monkeypatch.setattr(Registry, "promote", change)
    with pytest.raises(TrainingError, match="changed 5 times while version v0001"):
        retrain(dependencies, PROJECT)
    assert len(attempts) == 5
    assert runs(store)[0].state == "failed"


def test_old_versions_and_the_folders_of_failed_runs_are_removed(
    dependencies: RetrainDependencies, store: Store, settings: Settings, fake: FakeTraining
) -> None:
    project = settings.project(PROJECT).model_copy(update={"keep_versions": 2})
    few = settings.model_copy(update={"projects": {PROJECT: project}})
    dependencies = dataclasses.replace(dependencies, settings=few)
    leftover = few.runs_dir / PROJECT / "99-dead"
    leftover.mkdir(parents=True)
    for seed in range(2, 6):
        retrain(dependencies, PROJECT)
        add_change(store, fake, seed=seed)
    assert len(dependencies.registry(PROJECT).names()) <= 3
    assert champion(dependencies) in dependencies.registry(PROJECT).names()
    assert not leftover.exists()


def test_progress_names_the_phases_training_and_comparing(
    store: Store, settings: Settings, fake: FakeTraining, clock: Clock
) -> None:
    dependencies, reports = dependencies_for(store, settings, fake, clock)
    retrain(dependencies, PROJECT)
    assert [progress.phase for progress in reports] == ["training", "comparing"]
    assert (reports[0].epoch, reports[0].epochs) == (0.5, 1)


def test_forgetting_is_measured_on_the_documents_held_out_for_the_champion(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining
) -> None:
    retrain(dependencies, PROJECT)
    for seed in (2, 3, 4):
        add_change(store, fake, seed=seed)
    retrain(dependencies, PROJECT)
    first, second = reversed(runs(store))
    assert first.scores is not None
    assert second.scores is not None
    assert first.scores["forgetting"] is None
    measured = second.scores["forgetting"]
    assert measured["old"]["documents"] == first.scores["challenger"]["documents"]
    assert (
        measured["old"]["documents"] + measured["new"]["documents"]
        == second.scores["challenger"]["documents"]
    )
    assert measured["old"]["difference"] == 0.0


def test_the_champion_s_run_is_identified_by_its_run_id(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining
) -> None:
    retrain(dependencies, PROJECT)
    version = dependencies.registry(PROJECT).get("v0001")
    write_manifest(version.path, dataclasses.replace(version.manifest, run_id="1-long-ago"))
    add_change(store, fake)
    retrain(dependencies, PROJECT)
    scores = runs(store)[0].scores
    assert scores is not None
    assert scores["champion"] is not None
    assert scores["forgetting"] is None


def test_forgetting_is_not_measured_for_a_champion_without_a_run(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining
) -> None:
    retrain(dependencies, PROJECT)
    registry = dependencies.registry(PROJECT)
    version = registry.get("v0001")
    manifest = dataclasses.replace(version.manifest, run_id="", files={}, version="")
    by_hand = registry.add(version.path, manifest)
    registry.promote(by_hand.name, expected="v0001", reason="by hand")
    add_change(store, fake)
    retrain(dependencies, PROJECT)
    run = runs(store)[0]
    assert (run.compared_with, run.warm_from) == (by_hand.name, by_hand.name)
    assert run.scores is not None
    assert run.scores["forgetting"] is None
    assert champion(dependencies) == run.version
