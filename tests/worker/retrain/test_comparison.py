"""Scores of versions on held-out documents, with the labels' current names."""

import dataclasses
import math
from pathlib import Path

import pytest

from ner.spans import Document, Span
from ner.versions.registry import Registry
from ner.versions.version import Version
from tests.support.models.model_folders import make_manifest, make_model_folder
from tests.support.training.fake_training import FakeTraining
from worker.retrain.comparison import HeldOut
from worker.retrain.policies.promotion_policy import PromotionEvidence
from worker.store.training.datasets import Dataset

GOLD = tuple(Document(f"text {number}", (Span(0, 4, "ORG"),)) for number in range(4))


def dataset(*held_out: Document, name: str = "ORG") -> Dataset:
    """A dataset whose label with the key 7 has this name."""
    return Dataset(
        train=(),
        held_out=tuple(
            dataclasses.replace(d, spans=(dataclasses.replace(d.spans[0], label=name),))
            for d in held_out
        ),
        labels=(name,),
        label_keys={name: "7"},
        last_revision_id=1,
        fingerprint="f",
        left_out={},
    )


@pytest.fixture
def fake() -> FakeTraining:
    return FakeTraining(GOLD, [1.0])


@pytest.fixture
def versions(tmp_path: Path) -> tuple[Version, Version]:
    """A version that finds every span, and one that finds none."""
    registry = Registry(tmp_path / "models", "papers")
    manifest = make_manifest(labels=("ORG",), label_keys={"ORG": "7"})
    good, bad = (
        registry.add(
            make_model_folder(tmp_path / run_id, weights=weights),
            dataclasses.replace(manifest, run_id=run_id),
        )
        for run_id, weights in (("1-good", b"1.0"), ("2-bad", b"0.0"))
    )
    return good, bad


def test_both_versions_are_scored_and_compared_over_all_and_by_label(
    versions: tuple[Version, Version], fake: FakeTraining
) -> None:
    good, bad = versions
    comparison = HeldOut(dataset(*GOLD), fake.load).compare(bad, good)
    assert comparison.champion is not None
    assert comparison.champion.strict.micro.f1 == 1.0
    assert comparison.challenger.strict.micro.f1 == 0.0
    assert comparison.difference is not None
    assert comparison.difference.difference == -1.0
    assert comparison.labels == {"ORG": comparison.difference}
    assert comparison.forgetting is None
    assert comparison.evidence == PromotionEvidence(
        documents=4,
        spans=4,
        f1=0.0,
        difference=comparison.difference,
        labels=comparison.labels,
    )


def test_without_a_champion_only_the_challenger_is_scored(
    versions: tuple[Version, Version], fake: FakeTraining
) -> None:
    comparison = HeldOut(dataset(*GOLD), fake.load).compare(versions[0], None, before=frozenset())
    assert comparison.to_json() == {
        "challenger": comparison.challenger.to_json(),
        "champion": None,
        "difference": None,
        "labels": {},
        "forgetting": None,
    }


def test_without_held_out_documents_all_scores_are_zero_and_nothing_is_known(
    versions: tuple[Version, Version], fake: FakeTraining
) -> None:
    comparison = HeldOut(dataset(), fake.load).compare(*versions)
    assert comparison.difference is not None
    assert comparison.difference.standard_error == math.inf
    assert comparison.to_json()["difference"]["standard_error"] is None
    assert (comparison.challenger.documents, comparison.challenger.strict.micro.f1) == (0, 0.0)


def test_forgetting_is_measured_when_the_documents_held_out_before_are_known(
    versions: tuple[Version, Version], fake: FakeTraining
) -> None:
    good, bad = versions
    held_out = HeldOut(dataset(*GOLD), fake.load)
    forgetting = held_out.compare(bad, good, before={GOLD[0].text}).forgetting
    assert forgetting is not None
    assert forgetting.old is not None
    assert forgetting.old.documents == 1
    assert (forgetting.old.champion, forgetting.old.challenger) == (1.0, 0.0)


def test_predictions_get_the_current_name_of_a_renamed_label(
    versions: tuple[Version, Version], fake: FakeTraining
) -> None:
    held_out = HeldOut(dataset(*GOLD, name="ORGANISATION"), fake.load)
    scores = held_out.score(versions[0])
    assert scores.strict.micro.f1 == 1.0
    assert scores.strict.labels.keys() == {"ORGANISATION"}


def test_a_version_predicts_once_even_if_its_folder_has_moved(
    versions: tuple[Version, Version], fake: FakeTraining, tmp_path: Path
) -> None:
    good, bad = versions
    held_out = HeldOut(dataset(*GOLD), fake.load)
    held_out.score(good)
    moved = dataclasses.replace(good, path=good.path.rename(tmp_path / "moved"))
    assert held_out.compare(moved, bad).challenger.strict.micro.f1 == 1.0
    held_out.compare(moved, bad)
    assert len(fake.loaded) == 2
