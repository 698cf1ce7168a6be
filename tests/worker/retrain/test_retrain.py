"""A run from the data to the verdict, with a training that takes no time."""

import dataclasses
import json
from pathlib import Path

import pytest
from filelock import FileLock

from ner.errors import TrainingError
from ner.versions.registry import Registry
from tests.support import fake_training
from tests.support.fake_training import (
    PROJECT,
    Clock,
    FakeTraining,
    add_change,
    approve,
    champion,
    dependencies_for,
    gold_documents,
    runs,
    settings_for,
)
from worker.retrain.dependencies import RetrainDependencies
from worker.retrain.retrain import retrain
from worker.retrain.retrain_result import RetrainResult
from worker.settings import Settings
from worker.store.database import Store
from worker.store.labels import sync_labels

GOLD = gold_documents()


def test_the_first_model_becomes_champion(
    dependencies: RetrainDependencies, store: Store, settings: Settings
) -> None:
    result = retrain(dependencies, PROJECT)
    assert (result.outcome, result.version, champion(dependencies)) == (
        "promoted",
        "v0001",
        "v0001",
    )
    (run,) = runs(store)
    assert (run.state, run.version, run.compared_with) == ("promoted", "v0001", None)
    assert run.reasons == result.reasons
    assert "first model" in run.reasons[0]
    assert not any(settings.runs_dir.glob("*/*"))


def test_the_manifest_says_what_the_version_is(
    dependencies: RetrainDependencies, fake: FakeTraining
) -> None:
    retrain(dependencies, PROJECT)
    manifest = dependencies.registry(PROJECT).verify("v0001").manifest
    assert manifest.label_keys == {"ORG": "7"}
    assert manifest.run_id
    assert manifest.scores is not None
    assert manifest.scores["documents"] == len(GOLD) - manifest.documents
    assert 1 <= len(manifest.samples) <= 3
    for sample in manifest.samples:
        assert (
            sample.spans
            == fake.load(dependencies.registry(PROJECT).get("v0001").path)
            .predict([sample.text])[0]
            .spans
        )


def test_no_held_out_text_is_trained_on_or_sampled(
    dependencies: RetrainDependencies, store: Store
) -> None:
    seen: list[str] = []
    train = dependencies.train

    def spying(documents, **words):  # type: ignore[no-untyped-def]
        seen.extend(document.text for document in documents)
        return train(documents, **words)

    retrain(dataclasses.replace(dependencies, train=spying), PROJECT)
    scores = runs(store)[0].scores
    assert scores is not None
    assert scores["challenger"]["documents"] + len(seen) == len(GOLD)
    samples = dependencies.registry(PROJECT).get("v0001").manifest.samples
    assert {sample.text for sample in samples} <= {*seen}


def test_a_better_challenger_is_promoted_and_a_worse_one_refused(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining
) -> None:
    fake.shares = [0.5, 1.0, 0.2]
    retrain(dependencies, PROJECT)
    add_change(store, fake, seed=2)
    assert retrain(dependencies, PROJECT).outcome == "promoted"
    add_change(store, fake, seed=3)
    result = retrain(dependencies, PROJECT)
    assert (result.outcome, result.version, champion(dependencies)) == ("refused", "v0003", "v0002")
    assert runs(store)[0].compared_with == "v0002"
    scores = runs(store)[0].scores
    assert scores is not None
    assert scores["difference"]["high"] < 0 < scores["champion"]["strict"]["micro"]["f1"]
    assert json.loads(json.dumps(scores)) == scores


def test_what_was_finished_is_not_trained_again(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining
) -> None:
    fake.shares = [1.0, 0.2]
    retrain(dependencies, PROJECT)
    add_change(store, fake)
    warm, refused = retrain(dependencies, PROJECT), retrain(dependencies, PROJECT)
    again = retrain(dependencies, PROJECT)
    assert (warm.warm_from, refused.warm_from) == ("v0001", None)
    assert (warm.outcome, refused.outcome, again.outcome) == ("refused", "refused", "known")
    assert (again.run, again.reasons) == (refused.run, refused.reasons)
    assert len(fake.trained) == 3


def test_a_person_can_have_it_trained_again(
    dependencies: RetrainDependencies, fake: FakeTraining
) -> None:
    retrain(dependencies, PROJECT)
    result = retrain(dependencies, PROJECT, force=True)
    assert result.version == "v0002"
    assert len(fake.trained) == 2


def test_other_parameters_make_another_run(
    dependencies: RetrainDependencies, fake: FakeTraining
) -> None:
    retrain(dependencies, PROJECT)
    other = dependencies.settings.model_copy(update={"base_model": "another"})
    retrain(dataclasses.replace(dependencies, settings=other), PROJECT)
    assert [options.base_model for options in fake.trained] == ["fake", "another"]


def test_without_a_training_span_nothing_starts(
    store: Store, settings: Settings, clock: Clock
) -> None:
    approve(store, [dataclasses.replace(document, spans=()) for document in GOLD])
    dependencies, _ = dependencies_for(store, settings, FakeTraining(GOLD, [1.0]), clock)
    assert retrain(dependencies, PROJECT).outcome == "nothing"
    assert runs(store) == ()


def test_a_machine_that_trains_takes_no_second_training(
    dependencies: RetrainDependencies, store: Store, settings: Settings
) -> None:
    with FileLock(settings.data_dir / "training.lock"):
        assert retrain(dependencies, PROJECT).outcome == "busy"
    assert runs(store) == ()


def test_a_project_that_another_machine_trains_takes_no_second_training(
    dependencies: RetrainDependencies, fake: FakeTraining, clock: Clock
) -> None:
    elsewhere: list[RetrainResult] = []
    other = dataclasses.replace(
        dependencies,
        host="there",
        settings=settings_for(dependencies.settings.data_dir.parent / "other"),
    )
    fake.during = lambda _: elsewhere.append(retrain(other, PROJECT))
    assert retrain(dependencies, PROJECT).outcome == "promoted"
    assert [result.outcome for result in elsewhere] == ["busy"]


def test_a_failure_is_recorded_in_one_line_and_raised(
    dependencies: RetrainDependencies, store: Store, settings: Settings, fake: FakeTraining
) -> None:
    def fail(_: Path) -> None:
        raise TrainingError("the loss is not a number: lower NERLOOP_…LEARNING_RATE")

    fake.during = fail
    with pytest.raises(TrainingError):
        retrain(dependencies, PROJECT)
    (run,) = runs(store)
    assert (run.state, run.version) == ("failed", None)
    assert run.error == "the loss is not a number: lower NERLOOP_…LEARNING_RATE"
    assert not any(settings.runs_dir.glob("*/*"))
    fake.during = lambda _: None
    assert retrain(dependencies, PROJECT).outcome == "promoted"


def test_an_unexpected_failure_leaves_no_traceback_in_the_store(
    dependencies: RetrainDependencies, store: Store, fake: FakeTraining
) -> None:
    def fail(_: Path) -> None:
        raise RuntimeError("out of memory")

    fake.during = fail
    with pytest.raises(RuntimeError):
        retrain(dependencies, PROJECT)
    assert runs(store)[0].error == "RuntimeError: out of memory"


def test_a_champion_changed_meanwhile_is_compared_with_anew(
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


def test_a_renamed_label_does_not_make_the_champion_worse(
    dependencies: RetrainDependencies,
    store: Store,
    fake: FakeTraining,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake.shares = [1.0, 1.0]
    retrain(dependencies, PROJECT)
    renamed = {7: "ORGANISATION"}
    monkeypatch.setattr(fake_training, "LABELS", {7: "ORG"})
    add_change(store, fake)
    with store.begin() as session:
        sync_labels(session, PROJECT, renamed)
    retrain(dependencies, PROJECT)
    scores = runs(store)[0].scores
    assert scores is not None
    assert scores["champion"]["strict"]["micro"]["f1"] == 1.0
    assert scores["champion"]["strict"]["labels"].keys() == {"ORGANISATION"}
    manifest = dependencies.registry(PROJECT).get("v0002").manifest
    assert manifest.label_keys == {"ORGANISATION": "7"}


def test_old_versions_are_pruned_and_leftovers_of_failed_runs_removed(
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


def test_progress_names_the_phase_and_the_comparison(
    store: Store, settings: Settings, fake: FakeTraining, clock: Clock
) -> None:
    dependencies, heard = dependencies_for(store, settings, fake, clock)
    retrain(dependencies, PROJECT)
    assert [progress.phase for progress in heard] == ["training", "comparing"]
    assert (heard[0].epoch, heard[0].epochs) == (0.5, 1)
