"""Fixtures for tests of a server with fake taggers."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.running.serving import Rig, make_rig
from worker.store.database import open_store


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy, because migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("store") / "empty.sqlite3"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def new_rig(tmp_path: Path, empty_store: Path) -> Iterator[Callable[..., Rig]]:
    """Creates servers, each with its own settings."""
    # A replaced champion is collected at once, which takes half a second for the objects of torch
    # and of all test modules: exempt those that are there already.
    gc.freeze()
    rigs: list[Rig] = []

    def make(**options: Any) -> Rig:
        rigs.append(make_rig(tmp_path / f"rig-{len(rigs)}", empty_store=empty_store, **options))
        return rigs[-1]

    yield make
    for rig in rigs:
        rig.champions.close()
        rig.store.close()


@pytest.fixture
def rig(new_rig: Callable[..., Rig]) -> Rig:
    """A server without a model."""
    return new_rig()
