"""Real worker processes on a real Valkey."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import psutil
import pytest
from pydantic import SecretStr
from redis import Redis
from rq import Callback, Queue
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer
from rq.webhook import Webhook
from sqlalchemy import text

from ner.clock import utc_now
from ner.errors import QueueError
from tests.support.running.processes import PROGRAM, nerloop, wait_until
from worker.queue.known_job import TICK
from worker.queue.queues import QueueName, open_queue
from worker.queue.rq_worker import LEASE_SECONDS, WORKER_SECONDS, is_working, run_worker
from worker.settings import Settings
from worker.store.database import open_store


@pytest.fixture
def silent_doccano() -> Iterator[str]:
    """The address of a Doccano that accepts requests and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


PROCESS_1 = """
import os, socket, sys
os.getpid, socket.gethostname = lambda: 1, lambda: "nerloop"
from server.cli import main
main(sys.argv[1:])
"""

# An idle worker waits for a second, not for ten.
HURRIED = """
import sys, worker.queue.rq_worker as module
module.WORKER_SECONDS = 16
from server.cli import main
main(sys.argv[1:])
"""


@contextmanager
def running_worker(
    url: str,
    folder: Path,
    *,
    doccano: str = "http://127.0.0.1:1",
    program: Sequence[str] = PROGRAM,
) -> Iterator[subprocess.Popen[bytes]]:
    settings = {
        "doccano_url": doccano,
        "redis_url": url,
        "data_dir": str(folder / "data"),
        "doccano_password": "hushhush",
        "projects__papers__doccano_project": "1",
    }
    arguments = ("worker", "--queues", "default")
    with nerloop(*arguments, settings=settings, folder=folder, program=program) as process:
        yield process


def enqueue(valkey: Redis, project: str = "papers") -> Job:
    """Enqueues a check of a project: endless with the silent Doccano, a failure for no project."""
    job: Job = open_queue("default", valkey).enqueue_call(TICK, args=(project,), timeout=600)
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


def test_each_job_has_a_process_of_its_own_and_a_killed_one_is_a_failure(
    valkey: Redis, valkey_url: str, tmp_path: Path, silent_doccano: str
) -> None:
    killed, after = enqueue(valkey), enqueue(valkey)
    with running_worker(valkey_url, tmp_path, doccano=silent_doccano) as worker:
        first = started_horse(worker, killed)
        first.kill()
        assert status_when_ended(killed) is JobStatus.FAILED
        assert started_horse(worker, after).pid not in (first.pid, worker.pid)


def test_a_check_is_forked_and_leads_its_own_group(
    valkey: Redis, valkey_url: str, tmp_path: Path, silent_doccano: str
) -> None:
    job = enqueue(valkey)
    with running_worker(valkey_url, tmp_path, doccano=silent_doccano) as worker:
        horse = started_horse(worker, job)
        assert horse.cmdline() == psutil.Process(worker.pid).cmdline()
        assert os.getpgid(horse.pid) == horse.pid


def test_a_check_finds_its_imports_done_and_no_torch() -> None:
    code = (
        "import sys; from worker.queue.jobs import import_check; import_check();"
        "before = set(sys.modules);"
        "import worker.collect.collect, worker.doccano_account, worker.queue.tick;"
        "sys.exit(bool(set(sys.modules) - before) or 'torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_health_check_sees_a_worker_that_runs(
    valkey: Redis, valkey_url: str, tmp_path: Path
) -> None:
    settings = Settings(redis_url=SecretStr(valkey_url))
    assert not is_working(settings, utc_now())
    job = enqueue(valkey, "nobody")
    with running_worker(valkey_url, tmp_path):
        status_when_ended(job)
        assert is_working(settings, utc_now())


def test_a_worker_without_jobs_sends_heartbeats(
    valkey: Redis, valkey_url: str, tmp_path: Path
) -> None:
    with running_worker(valkey_url, tmp_path, program=("-c", HURRIED)):
        (name,) = wait_until("the worker", lambda: valkey.smembers("rq:workers"))
        before = valkey.hget(name, "last_heartbeat")
        wait_until("a heartbeat", lambda: valkey.hget(name, "last_heartbeat") != before)
    assert LEASE_SECONDS > WORKER_SECONDS


def test_a_killed_worker_counts_as_dead_after_its_lease_and_keeps_nobody_from_starting(
    valkey: Redis, valkey_url: str, tmp_path: Path
) -> None:
    def registered() -> set[bytes]:
        assert worker.poll() is None, "the worker ended"
        return set(valkey.smembers("rq:workers"))

    earlier: set[bytes] = set()
    for _ in range(2):
        # As in a container, where every worker is process 1 of the same host.
        with running_worker(valkey_url, tmp_path, program=("-c", PROCESS_1)) as worker:
            earlier |= wait_until("its registration", lambda: registered() - earlier)  # noqa: B023
    assert len(earlier) == 2
    settings = Settings(redis_url=SecretStr(valkey_url))
    lease = timedelta(seconds=LEASE_SECONDS)
    with patch("socket.gethostname", lambda: "nerloop"):
        assert is_working(settings, utc_now())
        assert not is_working(settings, utc_now() + lease)


def test_a_worker_is_known_again_to_a_redis_that_has_lost_everything(
    valkey: Redis, valkey_url: str, tmp_path: Path
) -> None:
    settings = Settings(redis_url=SecretStr(valkey_url))
    with running_worker(valkey_url, tmp_path):
        wait_until("the worker", lambda: is_working(settings, utc_now()))
        valkey.flushall()
        assert status_when_ended(enqueue(valkey, "nobody")) is JobStatus.FAILED
        wait_until("the worker again", lambda: is_working(settings, utc_now()))


def test_a_job_does_not_touch_a_store_of_a_newer_version(
    valkey: Redis, valkey_url: str, tmp_path: Path
) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'nerloop.sqlite3'}")
    settings = Settings(redis_url=SecretStr(valkey_url))
    with running_worker(valkey_url, tmp_path):
        wait_until("the worker", lambda: is_working(settings, utc_now()))
        with store.begin() as s:
            s.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        job = enqueue(valkey)
        assert status_when_ended(job) is JobStatus.FAILED
    result = job.latest_result()
    assert "the schema 9999 of another version" in str(result and result.exc_string)
    store.close()


def test_a_job_with_another_function_or_a_callback_runs_neither(
    valkey: Redis, valkey_url: str, tmp_path: Path
) -> None:
    made = tmp_path / "made"
    queue = Queue("default", connection=valkey, serializer=JSONSerializer)
    foreign = queue.enqueue_call("os.mkdir", args=(str(made),))
    callback = Callback("os.mkdir")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        hook = Webhook(address, "failed")
        called = queue.enqueue_call(
            TICK, args=("nobody",), on_failure=callback, on_stopped=callback, webhooks=[hook]
        )
        with running_worker(valkey_url, tmp_path):
            assert status_when_ended(foreign) is JobStatus.FAILED
            assert status_when_ended(called) is JobStatus.FAILED
        listening.setblocking(False)
        with pytest.raises(BlockingIOError):
            listening.accept()
    assert not made.exists()
    output = (tmp_path / "output").read_text()
    assert "names the function os.mkdir, which nerloop does not run" in output
    assert "mkdir() " not in output  # what a callback with other arguments would raise


def test_an_error_is_one_line_in_log_and_redis_without_what_it_quotes(
    valkey: Redis, valkey_url: str, tmp_path: Path
) -> None:
    ours = enqueue(valkey, "nobody")
    foreign = open_queue("default", valkey).enqueue_call(TICK, kwargs={"a secret text": 1})
    with running_worker(valkey_url, tmp_path):
        assert status_when_ended(ours) is JobStatus.FAILED
        assert status_when_ended(foreign) is JobStatus.FAILED
    output = (tmp_path / "output").read_text()
    for job, said in ((ours, "'nobody'"), (foreign, "TypeError at ")):
        result = job.latest_result()
        assert result is not None
        assert said in str(result.exc_string)
        assert f"job={job.id} failed: {result.exc_string}" in output
    assert "secret" not in output
    assert "Traceback" not in output


def test_the_password_of_redis_is_on_no_command_line(
    valkey: Redis, valkey_url: str, tmp_path: Path, silent_doccano: str
) -> None:
    valkey.acl_setuser(
        "guarded",
        enabled=True,
        passwords=["+hushhush"],
        keys=["*"],
        channels=["*"],
        categories=["+@all"],
    )
    job = enqueue(valkey)
    guarded = valkey_url.replace("unix://", "unix://guarded:hushhush@")
    with running_worker(guarded, tmp_path, doccano=silent_doccano) as worker:
        horse = started_horse(worker, job)
        assert "hushhush" not in " ".join(horse.cmdline())
    assert "hushhush" not in (tmp_path / "output").read_text()


@pytest.mark.skipif(os.uname().sysname != "Linux", reason="the kernel's parent-death signal")
def test_the_job_of_a_killed_worker_ends(
    valkey: Redis, valkey_url: str, tmp_path: Path, silent_doccano: str
) -> None:
    job = enqueue(valkey)
    with running_worker(valkey_url, tmp_path, doccano=silent_doccano) as worker:
        horse = started_horse(worker, job)
        worker.kill()
        horse.wait(60)


def test_stopping_a_worker_stops_its_job_and_is_not_a_failure(
    valkey: Redis, valkey_url: str, tmp_path: Path, silent_doccano: str
) -> None:
    job = enqueue(valkey)
    with running_worker(valkey_url, tmp_path, doccano=silent_doccano) as worker:
        horse = started_horse(worker, job)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0
        assert not horse.is_running()
    assert "unexpectedly" not in (tmp_path / "output").read_text()


def test_a_worker_without_redis_ends_with_a_message(tmp_path: Path) -> None:
    with running_worker(f"unix://{tmp_path}/none.sock", tmp_path) as worker:
        assert worker.wait(60) == 1
    output = (tmp_path / "output").read_text()
    assert "Redis" in output
    assert "Traceback" not in output


def test_a_worker_warns_of_a_models_folder_that_is_not_that_of_the_trainings(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def start(data_dir: str, *queues: QueueName) -> list[str]:
        caplog.clear()
        settings = Settings(
            data_dir=tmp_path / data_dir,
            store_url=SecretStr(f"sqlite:///{tmp_path / 'store.sqlite3'}"),
            redis_url=SecretStr(f"unix://{tmp_path}/none.sock"),
        )
        with pytest.raises(QueueError):
            run_worker(settings, queues)
        return [r.getMessage() for r in caplog.records if r.levelname == "WARNING"]

    assert start("one", "default") == start("one", "training") == start("one", "default") == []
    assert f"write their models to {tmp_path}/one/models" in start("two", "default")[0]
    assert "is another folder than" in start("two", "training")[0]
    # Trainings are made there now.
    assert start("two", "training", "default") == []
    assert len(start("one", "default")) == 1
