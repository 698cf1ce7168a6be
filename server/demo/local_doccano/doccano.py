"""A real Doccano on this machine: its web server and its task worker, on loopback, with SQLite.

Both end with the process that started them, even when that is killed (on Linux).
"""

import json
import logging
import os
import secrets
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import requests
from filelock import FileLock

from ner.errors import DoccanoUnavailable
from server.demo.free_port import free_port
from worker.queue.parent_death import tied_to_parent

logger = logging.getLogger(__name__)

USERNAME = "admin"
DATABASE = "db.sqlite3"
BROKER = "broker.sqlite3"
CREDENTIALS = "credentials.json"
START_SECONDS = 120
STOP_SECONDS = 10
SETTINGS_MODULE = "local_settings"
# By default Doccano's task worker polls once a second, and every import and export waits for that.
SETTINGS = """\
from config.settings.production import *
from kombu.transport.sqlalchemy import Transport

Transport.polling_interval = 0.1
"""


class LocalDoccano:
    """One Doccano that keeps its data in `folder`, which a later start uses again.

    `environment` is the folder that `ensure_doccano_environment` built. `username` and `password`
    are the superuser's. A new folder gets a copy of a database that is prepared once for each
    environment, which saves half a minute of migrations.
    """

    def __init__(self, folder: Path, environment: Path, port: int | None = None) -> None:
        self.folder = folder.absolute()
        self.environment = environment.absolute()
        self.port = port or free_port()
        self._web: subprocess.Popen[bytes] | None = None
        self._tasks: subprocess.Popen[bytes] | None = None
        self._prepare()
        credentials = json.loads((self.folder / CREDENTIALS).read_text(encoding="utf-8"))
        self.username: str = credentials["username"]
        self.password: str = credentials["password"]
        self._secret_key: str = credentials["secret_key"]

    @property
    def url(self) -> str:
        """The address, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Self:
        """Starts the processes that are not running and waits until both answer.

        Raises DoccanoUnavailable with the end of the log if they do not.
        """
        self.start_web()
        self.start_tasks()
        self._wait_until_healthy()
        return self

    def stop(self) -> None:
        """Stops both processes and keeps the data."""
        _terminate(self._web, self._tasks)
        self._web = self._tasks = None

    def start_web(self) -> None:
        """Starts the web server, without waiting for it.

        Not through ``doccano webserver``, which listens on every address of the machine.
        """
        if self._web is None:
            command = [_program(self.environment, "python"), "-m", "gunicorn", "config.wsgi"]
            options = ["--bind", f"127.0.0.1:{self.port}", "--workers", "1", "--threads", "8"]
            self._web = self._spawn([*command, *options, "--timeout", "300"], "webserver.log")

    def start_tasks(self) -> None:
        """Starts the task worker, which imports and exports."""
        if self._tasks is None:
            command = [_program(self.environment, "python"), "-m", "celery", "--app=config"]
            options = ["worker", "--pool=solo", "--loglevel=info", "--without-gossip"]
            unneeded = ["--without-mingle", "--without-heartbeat"]
            self._tasks = self._spawn([*command, *options, *unneeded], "task.log")

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _prepare(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.folder / f"{SETTINGS_MODULE}.py").write_text(SETTINGS, encoding="utf-8")
        if (self.folder / DATABASE).exists():
            return
        template = _template(self.environment)
        shutil.copy2(template / CREDENTIALS, self.folder / CREDENTIALS)
        shutil.copy2(template / DATABASE, self.folder / DATABASE)

    def _spawn(self, command: Sequence[str], log: str) -> subprocess.Popen[bytes]:
        with (self.folder / log).open("ab") as output:
            return subprocess.Popen(
                tied_to_parent([*command]),
                cwd=_backend(self.environment),
                env=_variables(self.folder, self._secret_key)
                | {"DJANGO_SETTINGS_MODULE": SETTINGS_MODULE, "PYTHONPATH": str(self.folder)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _wait_until_healthy(self) -> None:
        # The health page runs a task, so that it also shows when the task worker is up.
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            for process, log in ((self._web, "webserver.log"), (self._tasks, "task.log")):
                if process is not None and process.poll() is not None:
                    raise self._failed(f"ended with status {process.returncode}", log)
            with suppress(requests.RequestException):
                if self._has_queue() and self._answers():
                    return
            time.sleep(0.2)
        raise self._failed(f"did not answer within {START_SECONDS} s", "webserver.log")

    def _has_queue(self) -> bool:
        """Whether the broker has the queue; if both processes declare it at once, one crashes."""
        query = "SELECT count(*) FROM kombu_queue WHERE name = 'celery'"
        with suppress(sqlite3.OperationalError), closing(self._open_broker()) as broker:
            return bool(broker.execute(query).fetchone()[0])
        return False

    def _open_broker(self) -> sqlite3.Connection:
        return sqlite3.connect(f"{(self.folder / BROKER).as_uri()}?mode=ro", uri=True)

    def _answers(self) -> bool:
        return requests.get(f"{self.url}/v1/health/?format=json", timeout=10).ok

    def _failed(self, what: str, log: str) -> DoccanoUnavailable:
        self.stop()
        path = self.folder / log
        last = path.read_text(encoding="utf-8", errors="replace").splitlines()[-8:]
        return DoccanoUnavailable("\n".join([f"Doccano {what}; the end of {path}:", *last]))


def _template(environment: Path) -> Path:
    """A folder with a migrated database and its superuser's credentials, created at first use."""
    folder = environment / "template"
    with FileLock(environment / "template.lock"):
        if folder.exists():
            return folder
        draft = environment / "template.draft"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        _initialise(environment, draft)
        draft.rename(folder)
    return folder


def _initialise(environment: Path, folder: Path) -> None:
    logger.info("preparing Doccano's database folder=%s", folder)
    password, secret_key = secrets.token_urlsafe(12), secrets.token_urlsafe(40)
    credentials = {"username": USERNAME, "password": password, "secret_key": secret_key}
    path = folder / CREDENTIALS
    path.touch(mode=0o600)
    path.write_text(json.dumps(credentials), encoding="utf-8")
    doccano = _program(environment, "doccano")
    create = [doccano, "createuser", "--username", USERNAME, "--password", password]
    for command in ([doccano, "init"], create):
        result = subprocess.run(
            command,
            env=_variables(folder, secret_key),
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode != 0:
            last = "\n".join(result.stderr.strip().splitlines()[-5:])
            raise DoccanoUnavailable(f"doccano {command[1]} failed:\n{last}")
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        # The mode is kept in the file: readers never wait for writes of the server or the worker.
        database.execute("PRAGMA journal_mode = WAL")


def _variables(folder: Path, secret_key: str) -> dict[str, str]:
    """The environment of Doccano's processes, as its own command line would set it."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "DOCCANO_HOME": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / DATABASE}",
        # A separate file: the broker's writes would lock the database at every poll.
        "CELERY_BROKER_URL": f"sqla+sqlite:///{folder / BROKER}",
        "MEDIA_ROOT": str(folder / "media"),
        "SECRET_KEY": secret_key,
        "STANDALONE": "True",
        "DEBUG": "False",
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "PYTHONUNBUFFERED": "1",
    }


def _backend(environment: Path) -> Path:
    return next(environment.glob("lib/python3*/site-packages/backend"))


def _program(environment: Path, name: str) -> str:
    return str(environment / "bin" / name)


def _terminate(*processes: subprocess.Popen[bytes] | None) -> None:
    """Ends the processes with all their children; some may have ended already."""
    running = [process for process in processes if process is not None]
    for process in running:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
    for process in running:
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
