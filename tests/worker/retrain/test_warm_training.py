"""Real trainings of a tiny model: from scratch, warm, and from scratch again."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.models.easy_task import easy_documents
from tests.support.models.tiny_fixtures import one_thread  # noqa: F401
from tests.support.training.fake_training import PROJECT, Clock, approve, runs
from tests.support.training.real_retraining import real_retraining
from worker.retrain.dependencies import RetrainDependencies
from worker.retrain.retrain import retrain
from worker.store.database import Store
from worker.store.labels import sync_labels


@pytest.fixture
def real(store: Store, tmp_path: Path, clock: Clock) -> RetrainDependencies:
    """Dependencies with a real training."""
    return real_retraining(store, tmp_path, clock)


def test_a_label_renamed_alone_needs_no_training_and_with_new_documents_a_warm_one(
    real: RetrainDependencies, store: Store
) -> None:
    def rename() -> None:
        with store.begin() as session:
            sync_labels(session, PROJECT, {7: "COMPANY"})

    approve(store, easy_documents(60), share=0.3)
    retrain(real, PROJECT)
    rename()
    assert retrain(real, PROJECT).outcome == "known"
    approve(store, [replace(d, id=f"2-{d.id}") for d in easy_documents(6, seed=2)], share=0.3)
    rename()
    result = retrain(real, PROJECT)
    assert (result.outcome, result.warm_from) == ("promoted", "v0001")
    (reason,) = runs(store)[0].start_reasons
    assert reason.startswith("warm from v0001: new to it are ")

    version = real.registry(PROJECT).verify("v0002")
    assert version.manifest.labels == ("COMPANY",)
    assert version.manifest.label_keys == {"COMPANY": "7"}
    scores = runs(store)[0].scores
    assert scores is not None
    assert scores["challenger"]["strict"]["labels"]["COMPANY"]["f1"] > 0.8
    text = "We are at University of Mordo today"
    (prediction,) = real.load(version.path).predict([text])
    assert {span.label for span in prediction.spans} == {"COMPANY"}


def test_a_warm_training_keeps_what_the_champion_learned_and_the_next_starts_from_scratch(
    real: RetrainDependencies, store: Store
) -> None:
    approve(store, easy_documents(60), share=0.3)
    retrain(real, PROJECT)
    for seed in (2, 3):
        new = (replace(d, id=f"{seed}-{d.id}") for d in easy_documents(6, seed=seed))
        approve(store, [*new], share=0.3)
        assert retrain(real, PROJECT).outcome == "promoted"
    first, warm, last = reversed(runs(store))
    assert [run.warm_from for run in (first, warm, last)] == [None, "v0001", None]
    assert last.start_reasons == ("from scratch: 1 warm training since the last one from scratch",)

    registry = real.registry(PROJECT)
    assert registry.verify("v0002").manifest.parent == "v0001"
    assert registry.get("v0003").manifest.parent == ""
    assert warm.scores is not None
    assert warm.scores["challenger"]["strict"]["micro"]["f1"] > 0.8
    assert warm.scores["forgetting"]["old"]["difference"] > -0.05
    text = "We are at University of Mordo today"
    (prediction,) = real.load(registry.get("v0002").path).predict([text])
    assert text.index("University") in {span.start for span in prediction.spans}
