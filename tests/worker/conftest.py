"""Fixtures for tests of queues and jobs: a real Valkey and a store, empty for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.training.fake_training import (
    Clock,
    FakeTraining,
    approve,
    dependencies_for,
    gold_documents,
    settings_for,
)
from worker.retrain.dependencies import RetrainDependencies
from worker.settings import Settings
from worker.store.database import Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An open store with nothing in it."""
    opened = open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    yield opened
    opened.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of one project."""
    return settings_for(tmp_path / "data")


@pytest.fixture
def clock() -> Clock:
    """A clock that a test moves."""
    return Clock()


@pytest.fixture
def fake(store: Store) -> FakeTraining:
    """A training without a model; the documents that it knows are approved."""
    gold = gold_documents()
    approve(store, gold)
    return FakeTraining(gold, [0.5])


@pytest.fixture
def dependencies(
    store: Store, settings: Settings, fake: FakeTraining, clock: Clock
) -> RetrainDependencies:
    """The dependencies of a retraining with the fake training."""
    return dependencies_for(store, settings, fake, clock)[0]
