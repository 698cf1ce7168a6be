"""nerloop as a user runs it: `nerloop up`, with settings from a TOML file."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
import requests
from prometheus_client.parser import text_string_to_metric_families

from ner.versions.registry import Registry
from server.demo.free_port import free_port
from server.demo.local_doccano import LocalDoccano
from tests.support.running.processes import wait_until
from worker.settings import Settings
from worker.store.database import open_store
from worker.store.tokens import SERVICE, issue_token

PROJECT = "papers"


def settings_text(
    folder: Path,
    doccano: LocalDoccano,
    project_id: int,
    settings: Mapping[str, object],
    project: str,
) -> str:
    """A settings file for a loop that waits for nothing; `project` has more settings of PROJECT."""
    lines = {
        "data_dir": str(folder / "data"),
        "doccano_url": doccano.url,
        "doccano_username": doccano.username,
        "doccano_password": doccano.password,
        "poll_seconds": 1,
        "hint_seconds": 0.2,
        "export_seconds": 0,
        "watch_seconds": 0.2,
        "answer_seconds": 20,
        **settings,
    }
    text = "\n".join(f"{name} = {json.dumps(value)}" for name, value in lines.items())
    return f"{text}\n\n[projects.{PROJECT}]\ndoccano_project = {project_id}\n{project}\n"


class RunningLoop:
    """`nerloop up` for one Doccano project, named ``papers``, in its own folder."""

    def __init__(
        self,
        folder: Path,
        doccano: LocalDoccano,
        project_id: int,
        *,
        base_model: Path,
        settings: Mapping[str, object] | None = None,
        retrain: str = "retrain = { min_changed = 12, quiet_seconds = 1, backoff_seconds = 1 }",
    ) -> None:
        self.folder = folder
        self.port = free_port()
        self.project_id = project_id
        folder.mkdir(parents=True, exist_ok=True)
        self.config = folder / "nerloop.toml"
        own = {"base_model": str(base_model), "server_port": self.port, **(settings or {})}
        self.config.write_text(settings_text(folder, doccano, project_id, own, retrain))
        self.registry = Registry(folder / "data" / "models", PROJECT)
        self._process: subprocess.Popen[bytes] | None = None
        self._service_token: str | None = None

    @property
    def url(self) -> str:
        """The address of the server."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """The output of all processes so far."""
        return (self.folder / "up.log").read_text(encoding="utf-8", errors="replace")

    def settings(self) -> Settings:
        """The settings of the loop, to read its store with."""
        return Settings(**tomllib.loads(self.config.read_text()))

    def __enter__(self) -> Self:
        with (self.folder / "up.log").open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "server.cli", "up"],
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until("the server to be ready", self._is_ready)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise
        finally:
            if error is not None:
                sys.stderr.write(self.log[-20_000:])

    def command(self, *words: str) -> str:
        """Runs a `nerloop` command while the loop runs; returns its standard output.

        Raises AssertionError with its output if it fails.
        """
        done = subprocess.run(
            [sys.executable, "-P", "-m", "server.cli", *words],
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"nerloop {' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout

    def champion(self, *, other_than: str | None = None) -> str | None:
        """The champion's version, or None if there is none or it is `other_than`."""
        champion = self.registry.champion()
        version = champion.name if champion else None
        return None if version == other_than else version

    def wait_for_champion(self, *, other_than: str | None = None) -> str:
        """Waits until a version other than `other_than` is champion, and returns it."""
        return wait_until("a new champion", lambda: self.champion(other_than=other_than))

    def wait_until_served(self, version: str) -> None:
        """Waits until the server reports that it answers with this version."""
        token = self._token(PROJECT)

        def look() -> bool:
            answer = requests.get(
                f"{self.url}/api/v1/projects/{PROJECT}/model",
                headers={"Authorization": f"Bearer {token}"},
                timeout=10,
            )
            return answer.ok and answer.json()["version"] == version

        wait_until(f"the server to answer with {version}", look)

    def metric(self, name: str, **labels: str) -> float:
        """The value of one of the server's series, 0 if there is none."""
        if self._service_token is None:
            self._service_token = self._token(SERVICE)
        headers = {"Authorization": f"Bearer {self._service_token}"}
        answer = requests.get(f"{self.url}/metrics", headers=headers, timeout=10)
        answer.raise_for_status()
        for family in text_string_to_metric_families(answer.text):
            for sample in family.samples:
                if sample.name == name and sample.labels == labels:
                    return float(sample.value)
        return 0.0

    def processes(self) -> dict[int, str]:
        """The command lines of the permanent processes under `nerloop up`, by process id."""
        assert self._process is not None
        found = {}
        for child in psutil.Process(self._process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                found[child.pid] = (child.ppid(), " ".join(child.cmdline()))
        workers = {pid for pid, (_, line) in found.items() if " worker " in line}
        # A job has its own process, a child of a worker, which ends with it. The one of a check is
        # forked and has the worker's command line.
        return {pid: line for pid, (parent, line) in found.items() if parent not in workers}

    def _token(self, project: str) -> str:
        store = open_store(self.settings().resolved_store_url, migrate=False)
        with store.begin() as session:
            token = issue_token(session, "admin", project, datetime.now(UTC))
        store.close()
        return token

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if "NERLOOP_" not in name}
        return kept | {
            "NERLOOP_CONFIG": str(self.config),
            "HF_HUB_OFFLINE": "1",
            "OMP_NUM_THREADS": "1",
        }

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"`nerloop up` ended:\n{self.log}"
        try:
            return requests.get(f"{self.url}/health/ready", timeout=10).ok
        except requests.RequestException:
            return False
