"""What `nerloop models list` reads from the registry and the store."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from ner.errors import CorruptVersion, StoreError
from ner.text_tagger import TextTagger
from ner.versions.registry import Registry
from server.cli.models import listed_models
from server.cli.models.listed_models import read_models
from server.cli.models.models_table import ListedVersion, Today
from tests.support.models.model_folders import make_manifest, make_model_folder
from tests.support.training.fake_training import (
    NOON,
    PROJECT,
    Clock,
    FakeTraining,
    approve,
    gold_documents,
    started_run,
)
from worker.compared_scores import ComparedScores
from worker.store.database import Store, open_store
from worker.store.training.runs import finish_run, run_id_of

GOLD = gold_documents(12)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    yield opened
    opened.close()


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeTraining:
    fake = FakeTraining(GOLD, [1.0])
    monkeypatch.setattr(listed_models, "_load", fake.load)
    return fake


@pytest.fixture
def registry(tmp_path: Path, store: Store) -> Registry:
    """Has the champion v0002, which a run compared with its predecessor v0001."""
    registry = Registry(tmp_path / "models", PROJECT)
    run = started_run(store, Clock())
    kept = {"challenger": scores(0.75), "champion": scores(0.25)}
    with store.begin() as session:
        finish_run(
            session,
            run.id,
            "promoted",
            scores=kept,
            version="v0002",
            compared_with="v0001",
            now=NOON,
        )
    manifest = make_manifest(labels=("ORG",), label_keys={"ORG": "7"}, scores=scores(0.5))
    for run_id, weights in (("other", b"0.0"), (run_id_of(run), b"1.0")):
        folder = make_model_folder(tmp_path / run_id, weights=weights)
        version = registry.add(folder, replace(manifest, run_id=run_id)).name
        current = registry.current()
        registry.promote(version, expected=current.version if current else None, reason="good")
    return registry


def scores(f1: float) -> dict[str, Any]:
    return {"strict": {"micro": {"f1": f1}}, "documents": 4}


def read(registry: Registry, store: Store | str) -> tuple[list[ListedVersion], Today, str]:
    messages = io.StringIO()
    listed, today = read_models(registry, store, Console(file=messages))
    return listed, today, messages.getvalue()


def test_versions_have_their_comparison_their_role_and_the_score_of_today(
    registry: Registry, store: Store, fake: FakeTraining
) -> None:
    approve(store, GOLD)
    (first, second), today, messages = read(registry, store)
    assert (first.role, first.compared, first.today) == (
        "predecessor",
        ComparedScores(0.5, 4),
        0.0,
    )
    assert (second.role, second.compared, second.today) == (
        "champion",
        ComparedScores(0.75, 4, "v0001", 0.25),
        1.0,
    )
    assert 0 < today.documents < 12
    assert f"scoring 2 of 2 models on {today.documents} held-out documents" in messages
    again, _, messages = read(registry, store)
    assert (again, messages, len(fake.loaded)) == ([first, second], "", 2)


def test_without_held_out_documents_it_says_why(registry: Registry, store: Store) -> None:
    listed, today, _ = read(registry, store)
    assert today.reason == f"no approved document of {PROJECT} is on the held-out side yet"
    assert listed[1].compared == ComparedScores(0.75, 4, "v0001", 0.25)
    assert listed[1].today is None


def test_without_a_store_the_manifests_have_the_scores(registry: Registry) -> None:
    listed, today, _ = read(registry, "no store here")
    assert today == Today(reason="no store here")
    assert [version.compared for version in listed] == [ComparedScores(0.5, 4)] * 2


def test_a_store_that_cannot_be_read_is_the_reason(
    registry: Registry, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise StoreError("the disk is gone")

    monkeypatch.setattr(listed_models, "load_dataset", broken)
    assert read(registry, store)[1] == Today(reason="the disk is gone")


def test_a_version_that_cannot_be_loaded_is_listed_with_the_others(
    registry: Registry, store: Store, fake: FakeTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(path: Path) -> TextTagger:
        if path.name == "v0001":
            raise CorruptVersion("no weights")
        return fake.load(path)

    approve(store, GOLD)
    monkeypatch.setattr(listed_models, "_load", load)
    (first, second), _, _ = read(registry, store)
    assert (first.problem, first.today) == ("not scored today: no weights", None)
    assert (second.problem, second.today) == ("", 1.0)


def test_a_manifest_that_cannot_be_read_is_listed_with_the_reason(
    registry: Registry, store: Store
) -> None:
    (registry.get("v0001").path / "manifest.json").write_text("{")
    (first, second), _, _ = read(registry, store)
    assert first.created_at is None
    assert "cannot be read as a manifest" in first.problem
    assert second.created_at is not None
