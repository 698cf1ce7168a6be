"""Scores of versions on the documents held out now, computed once."""

import dataclasses
import os
import shutil
from pathlib import Path

import pytest

import ner
from ner.errors import CorruptVersion
from ner.spans import Document, Span
from ner.versions.registry import Registry
from ner.versions.version import Version
from tests.support.models.model_folders import make_manifest, make_model_folder
from tests.support.training.fake_training import FakeTraining
from worker.store.training.datasets import Dataset
from worker.todays_scores import SCORES_FILE, TodaysScores

GOLD = tuple(Document(f"text {number}", (Span(0, 4, "ORG"),)) for number in range(4))
DATASET = Dataset(
    train=(),
    held_out=GOLD,
    labels=("ORG",),
    label_keys={"ORG": "7"},
    last_revision_id=1,
    fingerprint="f",
    left_out={},
)


@pytest.fixture
def fake() -> FakeTraining:
    return FakeTraining(GOLD, [1.0])


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """Has a version that finds every span, and one that finds none."""
    registry = Registry(tmp_path / "models", "papers")
    manifest = make_manifest(labels=("OLD",), label_keys={"OLD": "7"})
    for run_id, weights in (("1-good", b"1.0"), ("2-bad", b"0.0")):
        folder = make_model_folder(tmp_path / run_id, weights=weights)
        registry.add(folder, dataclasses.replace(manifest, run_id=run_id))
    return registry


def f1(registry: Registry, fake: FakeTraining, dataset: Dataset = DATASET) -> list[float]:
    scores = TodaysScores(registry, dataset, fake.load)
    return [scores.f1(version) for version in registry.versions()]


def test_each_version_is_scored_once_with_the_labels_current_names(
    registry: Registry, fake: FakeTraining
) -> None:
    assert f1(registry, fake) == [1.0, 0.0]
    assert f1(registry, fake) == [1.0, 0.0]
    assert len(fake.loaded) == 2


def test_what_is_known_is_said_before_anything_is_loaded(
    registry: Registry, fake: FakeTraining
) -> None:
    first, second = registry.versions()
    scores = TodaysScores(registry, DATASET, fake.load)
    assert not scores.is_known(first)
    scores.f1(first)
    again = TodaysScores(registry, DATASET, fake.load)
    assert (again.is_known(first), again.is_known(second)) == (True, False)


@pytest.mark.parametrize(
    "changed",
    [
        dataclasses.replace(DATASET, held_out=GOLD[:3]),
        dataclasses.replace(DATASET, label_keys={"ORG": "7", "NEW": "8"}),
    ],
)
def test_other_documents_or_labels_are_scored_anew(
    registry: Registry, fake: FakeTraining, changed: Dataset
) -> None:
    f1(registry, fake)
    f1(registry, fake, changed)
    assert len(fake.loaded) == 4


def test_other_code_scores_anew(
    registry: Registry, fake: FakeTraining, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    f1(registry, fake)
    copy = shutil.copytree(Path(ner.__file__).parent, tmp_path / "ner")
    monkeypatch.setattr(ner, "__file__", str(copy / "__init__.py"))
    f1(registry, fake)
    assert len(fake.loaded) == 2
    with (copy / "decoding" / "span_filter.py").open("a") as source:
        source.write("# changed")
    f1(registry, fake)
    assert len(fake.loaded) == 4


def test_another_version_under_the_same_number_is_scored_anew(
    registry: Registry, fake: FakeTraining
) -> None:
    f1(registry, fake)
    version = registry.get("v0001")
    manifest = version.path / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b"1-good", b"3-good"))
    assert not TodaysScores(registry, DATASET, fake.load).is_known(registry.get("v0001"))


@pytest.mark.parametrize("content", ["", "[]", '{"held_out": 3}', "{"])
def test_a_damaged_file_costs_only_the_time(
    registry: Registry, fake: FakeTraining, content: str
) -> None:
    f1(registry, fake)
    (registry.folder / SCORES_FILE).write_text(content)
    assert f1(registry, fake) == [1.0, 0.0]


def test_scores_that_cannot_be_kept_are_shown_all_the_same(
    registry: Registry, fake: FakeTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError("read-only")

    monkeypatch.setattr(os, "fsync", refuse)
    assert f1(registry, fake) == [1.0, 0.0]
    assert not (registry.folder / SCORES_FILE).exists()


def test_a_version_that_cannot_be_loaded_is_not_kept(registry: Registry) -> None:
    def broken(path: Path) -> Version:
        raise CorruptVersion(f"{path} is broken")

    scores = TodaysScores(registry, DATASET, broken)  # type: ignore[arg-type]
    with pytest.raises(CorruptVersion):
        scores.f1(registry.get("v0001"))
    assert not scores.is_known(registry.get("v0001"))
