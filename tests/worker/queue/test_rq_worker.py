"""Real worker processes on a real Valkey."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from pydantic import SecretStr
from redis import Redis
from rq.job import Job, JobStatus

from tests.support.processes import nerloop, wait_until
from worker.queue.queues import open_queue
from worker.queue.rq_worker import is_working
from worker.settings import Settings


@contextmanager
def running_worker(url: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    settings = {
        "redis_url": url,
        "data_dir": str(folder / "data"),
        "doccano_password": "hushhush",
        "projects__papers__doccano_project": "1",
    }
    with nerloop("worker", "--queues", "default", settings=settings, folder=folder) as process:
        yield process


def enqueue(valkey: Redis, function: str, *arguments: object) -> Job:
    job: Job = open_queue("default", valkey).enqueue_call(function, args=arguments, timeout=600)
    return job


def horse_of(worker: subprocess.Popen[bytes]) -> psutil.Process:
    """Waits for the process of the worker's job."""

    def look() -> psutil.Process | None:
        assert worker.poll() is None, "the worker ended"
        children = psutil.Process(worker.pid).children()
        return children[0] if children else None

    return wait_until("a process of the job", look)


def started_horse(worker: subprocess.Popen[bytes], job: Job) -> psutil.Process:
    horse = horse_of(worker)
    wait_until("the job's start", lambda: job.get_status() is JobStatus.STARTED)
    return horse


def status_when_ended(job: Job) -> JobStatus:
    ended = (JobStatus.FINISHED, JobStatus.FAILED)
    return wait_until(
        "the job's end", lambda: status if (status := job.get_status()) in ended else None
    )


def test_each_job_has_a_process_of_its_own(valkey: Redis, valkey_url: str, tmp_path: Path) -> None:
    jobs = [enqueue(valkey, "os.getpid") for _ in range(2)]
    with running_worker(valkey_url, tmp_path) as worker:
        assert [status_when_ended(job) for job in jobs] == [JobStatus.FINISHED] * 2
    pids = {job.return_value(refresh=True) for job in jobs} | {worker.pid}
    assert len(pids) == 3


def test_a_check_has_its_imports_done_and_no_torch(
    valkey: Redis, valkey_url: str, tmp_path: Path
) -> None:
    job = enqueue(valkey, "tests.support.imported_modules.imported_modules")
    with running_worker(valkey_url, tmp_path):
        assert status_when_ended(job) is JobStatus.FINISHED
    imported = job.return_value(refresh=True)
    assert {"worker.collect.collect", "worker.queue.tick", "worker.queue.rq_worker"} <= {*imported}
    assert "torch" not in imported
    assert "worker.queue.work_horse" not in imported


def test_the_process_of_a_job_leads_its_own_group(
    valkey: Redis, valkey_url: str, tmp_path: Path
) -> None:
    job = enqueue(valkey, "time.sleep", 600)
    with running_worker(valkey_url, tmp_path) as worker:
        horse = started_horse(worker, job)
        assert os.getpgid(horse.pid) == horse.pid


def test_a_health_check_sees_a_worker_that_runs(
    valkey: Redis, valkey_url: str, tmp_path: Path
) -> None:
    settings = Settings(redis_url=SecretStr(valkey_url))
    assert not is_working(settings)
    job = enqueue(valkey, "os.getpid")
    with running_worker(valkey_url, tmp_path):
        status_when_ended(job)
        assert is_working(settings)


def test_the_password_of_redis_is_on_no_command_line(
    valkey: Redis, valkey_url: str, tmp_path: Path
) -> None:
    valkey.acl_setuser(
        "guarded",
        enabled=True,
        passwords=["+hushhush"],
        keys=["*"],
        channels=["*"],
        categories=["+@all"],
    )
    job = enqueue(valkey, "time.sleep", 600)
    with running_worker(
        valkey_url.replace("unix://", "unix://guarded:hushhush@"), tmp_path
    ) as worker:
        horse = started_horse(worker, job)
        assert "hushhush" not in " ".join(horse.cmdline())
    assert "hushhush" not in (tmp_path / "output").read_text()


def test_a_killed_job_fails_and_the_worker_continues(
    valkey: Redis, valkey_url: str, tmp_path: Path
) -> None:
    killed, after = enqueue(valkey, "time.sleep", 600), enqueue(valkey, "os.getpid")
    with running_worker(valkey_url, tmp_path) as worker:
        started_horse(worker, killed).kill()
        assert status_when_ended(killed) is JobStatus.FAILED
        assert status_when_ended(after) is JobStatus.FINISHED


@pytest.mark.skipif(os.uname().sysname != "Linux", reason="the kernel's parent-death signal")
def test_the_job_of_a_killed_worker_ends(valkey: Redis, valkey_url: str, tmp_path: Path) -> None:
    job = enqueue(valkey, "time.sleep", 600)
    with running_worker(valkey_url, tmp_path) as worker:
        horse = started_horse(worker, job)
        worker.kill()
        horse.wait(60)


def test_stopping_a_worker_stops_its_job_and_is_not_a_failure(
    valkey: Redis, valkey_url: str, tmp_path: Path
) -> None:
    job = enqueue(valkey, "time.sleep", 600)
    with running_worker(valkey_url, tmp_path) as worker:
        horse = started_horse(worker, job)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0
        assert not horse.is_running()


def test_a_worker_without_redis_ends_with_a_message(tmp_path: Path) -> None:
    with running_worker(f"unix://{tmp_path}/none.sock", tmp_path) as worker:
        assert worker.wait(60) == 1
    output = (tmp_path / "output").read_text()
    assert "Redis" in output
    assert "Traceback" not in output
