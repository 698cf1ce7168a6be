"""A training that ends while another connection holds a lock of the store."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from sqlalchemy import text

from ner.errors import StoreError
from tests.support.store.postgres import empty_tables
from tests.support.training.fake_training import (
    PROJECT,
    Clock,
    FakeTraining,
    approve,
    dependencies_for,
    gold_documents,
    runs,
)
from worker.retrain.retrain import retrain
from worker.settings import Settings
from worker.store.database import Store, open_store


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'locked.sqlite3'}"
        open_store(url).close()
        return url
    url = str(request.getfixturevalue("migrated_postgres_url"))
    empty_tables(url)
    return url


@pytest.fixture
def impatient(url: str) -> Iterator[Store]:
    """The store, with a limit that no test has to wait for."""
    with closing(open_store(url, migrate=False, busy_seconds=0.05)) as store:
        yield store


def test_a_locked_store_keeps_the_training(
    url: str, impatient: Store, settings: Settings, clock: Clock
) -> None:
    gold = gold_documents()
    approve(impatient, gold)
    fake = FakeTraining(gold, [0.5])
    dependencies, _ = dependencies_for(impatient, settings, fake, clock)
    with ExitStack() as locked, closing(open_store(url, migrate=False)) as other:

        def lock(_folder: Path) -> None:
            session = locked.enter_context(other.begin())
            session.execute(text("UPDATE run SET error = error"))

        fake.during = lock
        with pytest.raises(StoreError, match="the store is locked"):
            retrain(dependencies, PROJECT)
        locked.close()
    assert [run.state for run in runs(impatient)] == ["running"]
    assert retrain(dependencies, PROJECT).outcome == "promoted"
    assert len(fake.trained) == 1
