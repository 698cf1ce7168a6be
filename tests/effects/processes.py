"""The loop's processes, one after the other: each is forked, does what it has to do, and ends.

They are nerloop's own: cron, the two workers with a process for each job, and the server. In turn
and with one thread each they make the same effects every time, which a running loop does not.
"""

import os
import sys
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from ner.clock import utc_now
from ner.fastest_tagger import load_fastest
from ner.files import private_umask
from ner.versions.registry import Registry
from server.metrics import Metrics
from server.serving.champions import Champions, ChampionSlot
from server.web.app import create_app
from tests.effects.effects import record_with
from tests.effects.recorder import Fault, Recorder
from worker.logs import configure_logging
from worker.queue import queues, rq_worker
from worker.queue.cron import Cron
from worker.queue.rq_worker import LoopWorker, run_worker
from worker.settings import load_settings
from worker.store.database import open_store

PROJECT = "papers"
# So that a job whose worker was killed is not waited for as long as a real one.
LEASE_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Turn:
    """What the processes of one turn need: a stage of the scenario, and what goes wrong in it."""

    folder: Path
    stage: int
    fault: Fault | None
    token: str
    text: str


def take_turn(turn: Turn) -> None:
    """Runs every process of the loop once."""
    _run(turn, "cron", _cron)
    _run(turn, "worker of checks", lambda: _work(turn, "default"))
    _run(turn, "worker of trainings", lambda: _work(turn, "training"))
    _run(turn, "server", lambda: _serve(turn))


def answers_file(folder: Path) -> Path:
    """The file with a line for each answer of the server: status, version and number of spans."""
    return folder / "answers.txt"


def _run(turn: Turn, role: str, program: Callable[[], None]) -> None:
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setpgid(0, 0)
            _become(turn, role)
            with private_umask():
                program()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    os.waitpid(child, 0)


def _become(turn: Turn, role: str) -> None:
    log = os.open(turn.folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, sys.stdout.fileno())
    os.dup2(log, sys.stderr.fileno())
    os.write(log, f"-- {role}, stage {turn.stage}\n".encode())
    os.environ["NERLOOP_CONFIG"] = str(turn.folder / "nerloop.toml")
    configure_logging("INFO")
    record_with(Recorder(turn.folder, turn.stage, role, turn.fault))


def _cron() -> None:
    settings = load_settings()
    with closing(open_store(settings.resolved_store_url)) as store:
        Cron(store, queues.connect(settings, clock=utc_now), settings, utc_now).beat()


def _work(turn: Turn, queue: str) -> None:
    """Runs the jobs that wait; each has a process of its own, which is forked here."""
    rq_worker.LEASE_SECONDS = queues.STARTING_SECONDS = LEASE_SECONDS
    rq_worker.MONITORING_SECONDS = 1
    work, horse = LoopWorker.work, LoopWorker.main_work_horse

    def work_and_end(self: LoopWorker, **options: Any) -> None:
        work(self, burst=True, **options)
        self.stopped = True

    def record_horse(self: LoopWorker, *arguments: Any) -> None:
        record_with(Recorder(turn.folder, turn.stage, f"job of {queue}", turn.fault))
        horse(self, *arguments)

    LoopWorker.work = work_and_end
    LoopWorker.main_work_horse = record_horse
    # Waiting for the thread that listens for commands takes a second.
    LoopWorker.subscribe = LoopWorker.unsubscribe = _listen_to_nobody
    # A training has a new Python process, whose imports take longer than all the rest.
    LoopWorker._spawn = LoopWorker._fork
    run_worker(load_settings(), [queue])


def _listen_to_nobody(_: LoopWorker) -> None:
    pass


def _serve(turn: Turn) -> None:
    """Loads the champion as the server does, and answers one call of Doccano."""
    settings = load_settings()
    metrics, registry = Metrics(), Registry(settings.models_dir, PROJECT)
    slot = ChampionSlot(registry, metrics, load=load_fastest, monotonic=_no_time)
    champions = Champions({PROJECT: slot})
    with closing(open_store(settings.resolved_store_url)) as store:
        champions.check()
        app = create_app(settings, store, champions, metrics)
        _ask(turn, app.test_client())


def _no_time() -> float:
    return 0.0


def _ask(turn: Turn, client: FlaskClient) -> None:
    headers = {"Authorization": f"Bearer {turn.token}"}
    answer = client.post(f"/doccano/{PROJECT}", json={"text": turn.text}, headers=headers)
    body = answer.get_json(silent=True)
    spans = len(body) if isinstance(body, list) else None
    version = answer.headers.get("X-Nerloop-Model")
    with answers_file(turn.folder).open("a") as file:
        file.write(f"{answer.status_code} {version} {spans}\n")
