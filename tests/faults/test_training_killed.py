"""Trainings that are interrupted: real worker processes, real weights, SIGKILL."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from redis import Redis

from ner.tagger import Tagger
from ner.versions.registry import Registry
from tests.support.models.easy_task import texts
from tests.support.models.tiny_model import build_tiny_base_model
from tests.support.running.processes import found, nerloop, wait_until
from tests.support.training.fake_training import PROJECT, approve, gold_documents, settings_for
from worker.project_settings import RetrainSettings, TrainingSettings
from worker.queue.queues import Enqueued, JobState, connect
from worker.queue.tick import TickDependencies, TickResult, run_tick
from worker.retrain.training_place import own_place
from worker.settings import Settings
from worker.store.database import Store, open_store
from worker.store.training.runs import Run, list_runs


@dataclass(frozen=True)
class Loop:
    """One project. The test makes its ticks; a real worker process runs its trainings."""

    folder: Path
    settings: Settings
    store: Store
    url: str

    @property
    def registry(self) -> Registry:
        return Registry(self.settings.models_dir, PROJECT)

    def tick(self) -> TickResult:
        dependencies = TickDependencies(
            store=self.store,
            queues=connect(self.settings, clock=now),
            settings=self.settings,
            host=own_place(self.settings.data_dir),
            collect=lambda _: {},
            feed=lambda _: 0,
            clock=now,
        )
        return run_tick(dependencies, PROJECT)

    def runs(self) -> tuple[Run, ...]:
        with self.store.read() as session:
            return list_runs(session, PROJECT)

    def finished(self, number: int) -> Run:
        """Waits for the end of a run, numbered from 1, and returns it."""

        def look() -> Run | None:
            runs = self.runs()[::-1][number - 1 : number]
            return runs[0] if runs and runs[0].finished_at else None

        return wait_until(f"the end of run {number}", look)

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        environment = {
            "redis_url": self.url,
            "data_dir": str(self.settings.data_dir),
            "base_model": self.settings.base_model,
            "training_niceness": "0",
            f"projects__{PROJECT}": self.settings.project(PROJECT).model_dump_json(),
        }
        with nerloop(
            "worker", "--queues", "training", settings=environment, folder=self.folder
        ) as process:
            yield process

    def checkpoint(self) -> Path:
        """Waits for the first checkpoint of the run and returns its path."""
        pattern = f"{PROJECT}/*/checkpoints/**/checkpoint-*/trainer_state.json"
        return wait_until("a checkpoint", lambda: found(self.settings.runs_dir, pattern))[0]

    def approve_more(self, seed: int) -> None:
        approve(self.store, gold_documents(20, seed=seed), share=0.4)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def loop(tmp_path: Path, valkey: Redis, valkey_url: str) -> Iterator[Loop]:
    base = build_tiny_base_model(tmp_path / "base", texts(gold_documents(20, seed=1)))
    settings = settings_for(tmp_path / "data", redis_url=valkey_url)
    project = settings.project(PROJECT).model_copy(
        update={
            "retrain": RetrainSettings(min_changed=5, quiet_seconds=0),
            "training": TrainingSettings(epochs=6, batch_size=2),
        }
    )
    settings = settings.model_copy(update={"base_model": str(base), "projects": {PROJECT: project}})
    store = open_store(settings.resolved_store_url)
    loop = Loop(tmp_path, settings, store, valkey_url)
    loop.approve_more(seed=1)
    yield loop
    store.close()


def kill_horse(worker: subprocess.Popen[bytes]) -> None:
    for process in psutil.Process(worker.pid).children():
        process.kill()


def test_a_killed_training_is_finished_by_the_next_tick_and_the_champion_stays_whole(
    loop: Loop,
) -> None:
    with loop.worker() as worker:
        assert loop.tick().training is Enqueued.NEW
        assert loop.finished(1).state == "promoted"
        loop.approve_more(seed=2)
        assert loop.tick().training is Enqueued.NEW
        loop.checkpoint()
        kill_horse(worker)
        queues = connect(loop.settings, clock=now)
        wait_until("RQ's notice", lambda: queues.state("retrain", PROJECT) is JobState.ENDED)
        assert Tagger.load(loop.registry.verify("v0001").path).predict(["University of Baki"])
        result = loop.tick()
        assert result.training is Enqueued.NEW
        assert "unfinished training is resumed" in result.reasons[0]
        run = loop.finished(2)
        wait_until("the clearing up", lambda: not found(loop.settings.runs_dir, "*/*"))
    assert (run.attempt, run.version, len(loop.runs())) == (2, "v0002", 2)
    assert run.state in ("promoted", "refused")
    assert loop.registry.verify("v0002").manifest.documents == run.documents
    output = (loop.folder / "output").read_text()
    assert re.search(r"run=2-\S+ trained .* resumed_from=\d", output), output
    assert "Traceback" not in output


def test_a_killed_worker_loses_nothing_but_time(loop: Loop) -> None:
    with loop.worker() as worker:
        loop.tick()
        loop.checkpoint()
        worker.kill()
    with loop.worker():
        # A new job is accepted when the killed worker's lease on the old one has run out.
        wait_until("a new job", lambda: loop.tick().training is Enqueued.NEW)
        run = loop.finished(1)
    assert (run.attempt, run.state, run.version) == (2, "promoted", "v0001")


def test_a_valkey_flushed_while_a_training_waits_and_while_it_runs_loses_nothing(
    loop: Loop, valkey: Redis
) -> None:
    assert loop.tick().training is Enqueued.NEW
    valkey.flushall()
    assert loop.tick().training is Enqueued.NEW
    with loop.worker():
        loop.checkpoint()
        valkey.flushall()
        assert loop.finished(1).state == "promoted"
        loop.approve_more(seed=2)
        assert loop.tick().training is Enqueued.NEW
        run = loop.finished(2)
    assert run.attempt == 1
    assert len(loop.runs()) == 2
