"""The demo's processes: Doccano, and `nerloop up` with all its parts."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from types import TracebackType
from typing import Self

import requests

from ner.errors import QueueError
from server.demo.folder import DemoFolder
from server.demo.local_doccano import (
    LocalDoccano,
    default_environment,
    ensure_doccano_environment,
)
from worker.queue.parent_death import tied_to_parent
from worker.settings import Settings

READY_SECONDS = 90.0
STOP_SECONDS = 60.0
LOOK_SECONDS = 0.2


class Service:
    """`nerloop up` as a child that ends with this process; its output goes to the log."""

    def __init__(self, folder: DemoFolder, settings: Settings) -> None:
        self._folder = folder
        self._url = settings.resolved_server_url
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self._folder.log.open("ab") as log:
            self._process = subprocess.Popen(
                tied_to_parent([sys.executable, "-P", "-m", "server.cli", "up"]),
                env=os.environ | {"NERLOOP_CONFIG": str(self._folder.config)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def check(self) -> None:
        """Raises QueueError with the end of the log if the process has ended."""
        if self._process is not None and self._process.poll() is not None:
            raise QueueError(f"`nerloop up` ended; the end of {self._folder.log}:\n{self._tail()}")

    def wait_until_ready(self) -> None:
        """Waits until the server answers. Raises QueueError if it does not."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            self.check()
            with suppress(requests.RequestException):
                if requests.get(f"{self._url}/health/live", timeout=5).ok:
                    return
            time.sleep(LOOK_SECONDS)
        raise QueueError(
            f"the server did not answer at {self._url} within {READY_SECONDS:.0f} s; the end of "
            f"{self._folder.log}:\n{self._tail()}"
        )

    def _tail(self) -> str:
        text = self._folder.log.read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-8:])


def open_doccano(folder: DemoFolder, port: int) -> LocalDoccano:
    """The demo's Doccano, not yet started; builds its environment if it is missing."""
    return LocalDoccano(folder.doccano, ensure_doccano_environment(default_environment()), port)
