"""`nerloop server` as a process of its own, without workers and without Doccano."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import requests

from server.demo.free_port import free_port
from worker.store.database import open_store
from worker.store.tokens import SERVICE, issue_token

WAIT_SECONDS = 120.0


class ServerProcess:
    """A server for a project, and `others`. `settings` go into its TOML file."""

    def __init__(
        self, folder: Path, project: str, *, others: Sequence[str] = (), **settings: object
    ) -> None:
        self.data = folder / "data"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        lines = {"data_dir": str(self.data), "server_port": self.port, "watch_seconds": 0.1}
        text = "\n".join(f"{key} = {json.dumps(val)}" for key, val in {**lines, **settings}.items())
        self._config = folder / "nerloop.toml"
        for number, name in enumerate((project, *others), start=1):
            text += f'\n\n[projects.{name}]\ndoccano_project = {number}\nauto_label = "always"\n'
        self._config.write_text(text)
        self._log_path = folder / "server.log"
        self._process: subprocess.Popen[bytes]
        # Only its holder is told the versions; issued at the first use unless it is set.
        self.service_token: str | None = None

    @property
    def log(self) -> str:
        """What it has printed so far."""
        return self._log_path.read_text(encoding="utf-8", errors="replace")

    @property
    def pid(self) -> int:
        """The number of the first of its processes."""
        return self._process.pid

    def start(self) -> None:
        """Starts it and waits until it answers, ready or not."""
        kept = {name: value for name, value in os.environ.items() if "NERLOOP_" not in name}
        with self._log_path.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "server.cli", "server"],
                cwd=self._folder,
                env=kept | {"NERLOOP_CONFIG": str(self._config), "HF_HUB_OFFLINE": "1"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait_until("the server to answer", self._answers)
        except BaseException:
            self._process.kill()
            raise

    def stop(self) -> None:
        """Stops it as a supervisor does; what it printed goes to the test's output."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(120)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise
        finally:
            sys.stderr.write(self.log[-10_000:])

    def readiness(self) -> tuple[int, dict[str, str]]:
        """Status of `/health/ready`, and the version of each project."""
        headers = {"Authorization": f"Bearer {self._issued_token()}"}
        response = requests.get(f"{self.url}/health/ready", headers=headers, timeout=60)
        return response.status_code, response.json()["models"]

    def _issued_token(self) -> str:
        if self.service_token is None:
            store = open_store(f"sqlite:///{self.data / 'nerloop.sqlite3'}", migrate=False)
            with store.begin() as session:
                self.service_token = issue_token(session, "admin", SERVICE, datetime.now(UTC))
            store.close()
        return self.service_token

    def wait_until_served(self, version: str) -> None:
        """Waits until the server says that it answers with this version."""
        self._wait_until(
            f"the server to answer with {version}",
            lambda: version in self.readiness()[1].values(),
        )

    def wait_until_loaded(self, projects: int) -> None:
        """Waits until the champions of this many projects answer."""
        self._wait_until(
            f"the champions of {projects} projects",
            lambda: len(self.readiness()[1]) == projects,
        )

    def _wait_until(self, what: str, is_so: Callable[[], bool]) -> None:
        """Raises TimeoutError, with what the server has printed, after `WAIT_SECONDS`."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not is_so():
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {WAIT_SECONDS:.0f} s for {what}:\n{self.log}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise ChildProcessError(f"`nerloop server` ended:\n{self.log}")
        try:
            return requests.get(f"{self.url}/health/live", timeout=10).ok
        except requests.RequestException:
            return False
