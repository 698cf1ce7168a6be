"""`nerloop up` beside a real Doccano, connected, as a program that measures it needs it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import psutil

from ner.versions.registry import Registry
from server.demo.free_port import free_port
from server.demo.local_doccano import LocalDoccano

PROJECT = "papers"
START_SECONDS = 120.0
POLL_SECONDS = 0.2
_COMMAND = (sys.executable, "-P", "-m", "server.cli")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningUp:
    """A running `nerloop up` with the project `PROJECT`."""

    folder: Path
    url: str
    process: subprocess.Popen[bytes]
    environment: dict[str, str]

    @property
    def registry(self) -> Registry:
        """The project's versions."""
        return Registry(self.folder / ".nerloop" / "models", PROJECT)

    @property
    def log(self) -> str:
        """What it has printed so far."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def command(self, *words: str) -> str:
        """Runs a `nerloop` command; returns its output. Raises CalledProcessError."""
        return subprocess.run(
            [*_COMMAND, *words],
            cwd=self.folder,
            env=self.environment,
            check=True,
            text=True,
            stdout=subprocess.PIPE,
        ).stdout

    def server(self) -> psutil.Process | None:
        """The server's first process, None between two of them."""
        for child in psutil.Process(self.process.pid).children(recursive=True):
            try:
                words, parent = child.cmdline(), child.ppid()
            except psutil.NoSuchProcess:
                continue
            if "--supervised" in words and "server" in words and parent == self.process.pid:
                return child
        return None


@contextmanager
def running_up(
    folder: Path, doccano: LocalDoccano, number: int, *, project: str = "", **settings: object
) -> Iterator[RunningUp]:
    """`nerloop up`, connected, with its defaults apart from addresses and base model.

    `settings` and the lines in `project`, of the project, are added.
    """
    port = free_port()
    lines = {
        "doccano_url": f'"{doccano.url}"',
        "doccano_username": f'"{doccano.username}"',
        "base_model": '"bundled"',
        "server_port": port,
        **settings,
    }
    text = "".join(f"{name} = {value}\n" for name, value in lines.items())
    text += f"[projects.{PROJECT}]\ndoccano_project = {number}\n{project}\n"
    (folder / "nerloop.toml").write_text(text)
    kept = {name: value for name, value in os.environ.items() if "NERLOOP_" not in name}
    own = {"NERLOOP_DOCCANO_PASSWORD": doccano.password, "HF_HUB_OFFLINE": "1"}
    environment = kept | own
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*_COMMAND, "up"], cwd=folder, env=environment, stdout=log, stderr=log
        )
    up = RunningUp(
        folder=folder, url=f"http://127.0.0.1:{port}", process=process, environment=environment
    )
    try:
        end = time.monotonic() + START_SECONDS
        while "nerloop is running" not in up.log:
            if process.poll() is not None or time.monotonic() > end:
                raise click.ClickException(up.log)
            time.sleep(POLL_SECONDS)
        up.command("connect", PROJECT)
        yield up
    finally:
        process.terminate()
        process.wait()
