"""A run from the data to the verdict, with a training that takes no time."""

import dataclasses
import json
from pathlib import Path

import pytest

from ner.errors import TrainingError
from ner.versions.registry import Registry
from tests.support import fake_training
from tests.support.fake_training import (
    SLUG,
    Clock,
    FakeTraining,
    add_change,
    approve,
    champion,
    gold_documents,
    runs,
    settings_for,
    trainer_for,
)
from worker.file_lock import try_lock
from worker.retrain.dependencies import RetrainResult, Trainer
from worker.retrain.retrain import retrain
from worker.settings import Settings
from worker.store.database import Store
from worker.store.labels import sync_labels

GOLD = gold_documents()


def test_the_first_model_becomes_champion(
    trainer: Trainer, store: Store, settings: Settings
) -> None:
    result = retrain(trainer, SLUG)
    assert (result.outcome, result.version, champion(trainer)) == ("promoted", "v0001", "v0001")
    (run,) = runs(store)
    assert (run.state, run.version, run.compared_with) == ("promoted", "v0001", None)
    assert run.reasons == result.reasons
    assert "first model" in run.reasons[0]
    assert not any(settings.runs_dir.glob("*/*"))


def test_the_manifest_says_what_the_version_is(trainer: Trainer, fake: FakeTraining) -> None:
    retrain(trainer, SLUG)
    manifest = trainer.registry(SLUG).verify("v0001").manifest
    assert manifest.label_keys == {"ORG": "7"}
    assert manifest.run_id
    assert manifest.scores is not None
    assert manifest.scores["documents"] == len(GOLD) - manifest.documents
    assert 1 <= len(manifest.samples) <= 3
    for sample in manifest.samples:
        assert (
            sample.spans
            == fake.load(trainer.registry(SLUG).get("v0001").path).predict([sample.text])[0].spans
        )


def test_no_held_out_text_is_trained_on_or_sampled(trainer: Trainer, store: Store) -> None:
    seen: list[str] = []
    train = trainer.train

    def spying(documents, **words):  # type: ignore[no-untyped-def]
        seen.extend(document.text for document in documents)
        return train(documents, **words)

    retrain(dataclasses.replace(trainer, train=spying), SLUG)
    scores = runs(store)[0].scores
    assert scores is not None
    assert scores["challenger"]["documents"] + len(seen) == len(GOLD)
    samples = trainer.registry(SLUG).get("v0001").manifest.samples
    assert {sample.text for sample in samples} <= {*seen}


def test_a_better_challenger_is_promoted_and_a_worse_one_refused(
    trainer: Trainer, store: Store, fake: FakeTraining
) -> None:
    fake.shares = [0.5, 1.0, 0.2]
    retrain(trainer, SLUG)
    add_change(store, fake, seed=2)
    assert retrain(trainer, SLUG).outcome == "promoted"
    add_change(store, fake, seed=3)
    result = retrain(trainer, SLUG)
    assert (result.outcome, result.version, champion(trainer)) == ("refused", "v0003", "v0002")
    assert runs(store)[0].compared_with == "v0002"
    scores = runs(store)[0].scores
    assert scores is not None
    assert scores["difference"]["high"] < 0 < scores["champion"]["strict"]["micro"]["f1"]
    assert json.loads(json.dumps(scores)) == scores


def test_what_was_finished_is_not_trained_again(
    trainer: Trainer, store: Store, fake: FakeTraining
) -> None:
    fake.shares = [1.0, 0.2]
    retrain(trainer, SLUG)
    add_change(store, fake)
    warm, refused = retrain(trainer, SLUG), retrain(trainer, SLUG)
    again = retrain(trainer, SLUG)
    assert (warm.warm_from, refused.warm_from) == ("v0001", None)
    assert (warm.outcome, refused.outcome, again.outcome) == ("refused", "refused", "known")
    assert (again.run, again.reasons) == (refused.run, refused.reasons)
    assert len(fake.trained) == 3


def test_a_person_can_have_it_trained_again(trainer: Trainer, fake: FakeTraining) -> None:
    retrain(trainer, SLUG)
    result = retrain(trainer, SLUG, force=True)
    assert result.version == "v0002"
    assert len(fake.trained) == 2


def test_other_parameters_make_another_run(trainer: Trainer, fake: FakeTraining) -> None:
    retrain(trainer, SLUG)
    other = trainer.settings.model_copy(update={"base_model": "another"})
    retrain(dataclasses.replace(trainer, settings=other), SLUG)
    assert [options.base_model for options in fake.trained] == ["fake", "another"]


def test_without_a_training_span_nothing_starts(
    store: Store, settings: Settings, clock: Clock
) -> None:
    approve(store, [dataclasses.replace(document, spans=()) for document in GOLD])
    trainer, _ = trainer_for(store, settings, FakeTraining(GOLD, [1.0]), clock)
    assert retrain(trainer, SLUG).outcome == "nothing"
    assert runs(store) == ()


def test_a_machine_that_trains_takes_no_second_training(
    trainer: Trainer, store: Store, settings: Settings
) -> None:
    with try_lock(settings.data_dir / "training.lock") as free:
        assert free
        assert retrain(trainer, SLUG).outcome == "busy"
    assert runs(store) == ()


def test_a_project_that_another_machine_trains_takes_no_second_training(
    trainer: Trainer, fake: FakeTraining, clock: Clock
) -> None:
    elsewhere: list[RetrainResult] = []
    other = dataclasses.replace(
        trainer,
        host="there",
        settings=settings_for(trainer.settings.data_dir.parent / "other"),
    )
    fake.during = lambda _: elsewhere.append(retrain(other, SLUG))
    assert retrain(trainer, SLUG).outcome == "promoted"
    assert [result.outcome for result in elsewhere] == ["busy"]


def test_a_failure_is_recorded_in_one_line_and_raised(
    trainer: Trainer, store: Store, settings: Settings, fake: FakeTraining
) -> None:
    def fail(_: Path) -> None:
        raise TrainingError("the loss is not a number: lower NERLOOP_…LEARNING_RATE")

    fake.during = fail
    with pytest.raises(TrainingError):
        retrain(trainer, SLUG)
    (run,) = runs(store)
    assert (run.state, run.version) == ("failed", None)
    assert run.error == "the loss is not a number: lower NERLOOP_…LEARNING_RATE"
    assert not any(settings.runs_dir.glob("*/*"))
    fake.during = lambda _: None
    assert retrain(trainer, SLUG).outcome == "promoted"


def test_an_unexpected_failure_leaves_no_traceback_in_the_store(
    trainer: Trainer, store: Store, fake: FakeTraining
) -> None:
    def fail(_: Path) -> None:
        raise RuntimeError("out of memory")

    fake.during = fail
    with pytest.raises(RuntimeError):
        retrain(trainer, SLUG)
    assert runs(store)[0].error == "RuntimeError: out of memory"


def test_a_champion_changed_meanwhile_is_compared_with_anew(
    trainer: Trainer, store: Store, fake: FakeTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.shares = [0.2, 1.0, 0.6]
    retrain(trainer, SLUG)
    registry = trainer.registry(SLUG)
    add_change(store, fake, seed=2)
    retrain(trainer, SLUG)
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
    result = retrain(trainer, SLUG)
    assert interfered == ["v0001"]
    assert (result.outcome, champion(trainer)) == ("refused", "v0002")
    assert runs(store)[0].compared_with == "v0002"


def test_a_renamed_label_does_not_make_the_champion_worse(
    trainer: Trainer, store: Store, fake: FakeTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.shares = [1.0, 1.0]
    retrain(trainer, SLUG)
    renamed = {7: "ORGANISATION"}
    monkeypatch.setattr(fake_training, "LABELS", {7: "ORG"})
    add_change(store, fake)
    with store.begin() as session:
        sync_labels(session, SLUG, renamed)
    retrain(trainer, SLUG)
    scores = runs(store)[0].scores
    assert scores is not None
    assert scores["champion"]["strict"]["micro"]["f1"] == 1.0
    assert scores["champion"]["strict"]["labels"].keys() == {"ORGANISATION"}
    manifest = trainer.registry(SLUG).get("v0002").manifest
    assert manifest.label_keys == {"ORGANISATION": "7"}


def test_old_versions_are_pruned_and_leftovers_of_failed_runs_removed(
    trainer: Trainer, store: Store, settings: Settings, fake: FakeTraining
) -> None:
    project = settings.project(SLUG).model_copy(update={"keep_versions": 2})
    few = settings.model_copy(update={"projects": {SLUG: project}})
    trainer = dataclasses.replace(trainer, settings=few)
    leftover = few.runs_dir / SLUG / "99-dead"
    leftover.mkdir(parents=True)
    for seed in range(2, 6):
        retrain(trainer, SLUG)
        add_change(store, fake, seed=seed)
    assert len(trainer.registry(SLUG).names()) <= 3
    assert champion(trainer) in trainer.registry(SLUG).names()
    assert not leftover.exists()


def test_progress_names_the_phase_and_the_comparison(
    store: Store, settings: Settings, fake: FakeTraining, clock: Clock
) -> None:
    trainer, heard = trainer_for(store, settings, fake, clock)
    retrain(trainer, SLUG)
    assert [progress.phase for progress in heard] == ["training", "comparing"]
    assert (heard[0].epoch, heard[0].epochs) == (0.5, 1)
