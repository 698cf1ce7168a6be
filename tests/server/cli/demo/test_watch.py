from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
from rich.console import Console

from ner.errors import CollectError, QueueError, TrainingError
from ner.spans import Span
from server.cli.demo.screen import Screen
from server.cli.demo.watch import Watch
from worker.progress import JobProgress
from worker.settings import ProjectSettings, RetrainSettings, Settings
from worker.store.database import Store, open_store
from worker.store.revisions import Approval, record_approved
from worker.store.runs import finish_run, start_run

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass
class Service:
    """Stands for the child process; something may happen at each check of it."""

    at_check: list[Callable[[], object]] = field(default_factory=list)

    def check(self) -> None:
        if self.at_check:
            self.at_check.pop(0)()


class Clock:
    """Time passes only by sleeping: fifteen seconds each time."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, _seconds: float) -> None:
        self.now += 15.0


class Queues:
    def progress(self, _slug: str) -> JobProgress:
        return JobProgress(phase="training", epoch=1.0, epochs=8, f1=0.5)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    yield opened
    opened.close()


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def watch(store: Store, service: Service, tmp_path: Path) -> Watch:
    clock = Clock()
