"""Keeps processes running: starts and restarts them, and relays their output."""

import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event, Thread
from typing import TextIO

from ner.errors import SettingsError
from worker.queue.parent_death import tied_to_parent

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.2
# How click begins the message of a command that fails.
ERROR_START = "Error: "
READY_SECONDS = 30.0
GRACE_SECONDS = 10.0
RELAY_SECONDS = 2.0
RETRY_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 30.0
# The exit status of a program whose settings are wrong: sysexits.h's EX_CONFIG.
WRONG_SETTINGS_STATUS = 78
# The third such end in a row stops all: a port is in use until the process that held it has ended.
WRONG_SETTINGS_ATTEMPTS = 3
# After a run of this length a program was well: it is restarted at once, and its failures are
# counted from zero again. It is longer than any program needs to find that it cannot start.
HEALTHY_SECONDS = 15.0


def _always_ready() -> bool:
    return True


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Program:
    """A process to keep running. At the first start the next one waits until it `is_ready`.

    Lines of its output that have one of the words of `unwanted` are not relayed. It inherits the
    file descriptors of `inherited`. In the pauses after it has failed more than once in a row,
    `while_paused` is called at intervals.
    """

    name: str
    command: tuple[str, ...]
    is_ready: Callable[[], bool] = _always_ready
    unwanted: tuple[str, ...] = ()
    inherited: tuple[int, ...] = ()
    while_paused: Callable[[], None] = _nothing


class Supervisor:
    """Runs programs as children that end with this process, even when it is killed (on Linux).

    Each child leads its own process group, so that Ctrl+C reaches the supervisor alone.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        out: TextIO,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        width = max(len(program.name) for program in programs)
        self._children = [_Child(program, width, out, clock) for program in programs]

    def run(
        self,
        stop: Event,
        *,
        on_ready: Callable[[], None] = _nothing,
        before_stop: Callable[[], None] = _nothing,
    ) -> None:
        """Starts the programs in order, and restarts any that ends until `stop` is set.

        Then stops them in reverse order with SIGTERM, and with SIGKILL if they do not end. Calls
        `on_ready` once, when all are ready, and `before_stop` before it stops them. Raises
        SettingsError with a program's last message when it ends again and again because its
        settings are wrong, unless it was well before.
        """
        announced = False
        try:
            for child in self._children:
                if stop.is_set():
                    break
                child.start()
                child.wait_until_ready(stop)
            while not stop.wait(LOOK_SECONDS):
                for child in self._children:
                    child.look_after()
                if not announced and all(child.is_ready() for child in self._children):
                    announced = True
                    on_ready()
        finally:
            before_stop()
            for child in reversed(self._children):
                child.stop()


class _Child:
    """One program: its process, and the time of its next start."""

    def __init__(
        self, program: Program, width: int, out: TextIO, clock: Callable[[], float]
    ) -> None:
        self._program = program
        self._prefix = f"{program.name:<{width}} | "
        self._out = out
        self._clock = clock
        self._process: subprocess.Popen[str] | None = None
        self._relaying = Thread()
        self._started = 0.0
        self._failures = 0
        self._was_ready = False
        self._was_well = False
        self._wrong_settings = 0
        self._error: list[str] = []
        self._restart_at: float | None = None

    def is_ready(self) -> bool:
        """Whether it runs and was ready once."""
        self._was_ready = self._was_ready or self._program.is_ready()
        is_ready = self._was_ready and not self._ended()
        # Without a check of its own a program counts as ready before it has read its settings.
        self._was_well |= is_ready and self._program.is_ready is not _always_ready
        return is_ready

    def start(self) -> None:
        self._error = []
        self._process = subprocess.Popen(
            tied_to_parent(list(self._program.command)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            process_group=0,
            pass_fds=self._program.inherited,
        )
        self._started, self._restart_at = self._clock(), None
        self._relaying = Thread(target=self._relay, args=(self._process.stdout,), daemon=True)
        self._relaying.start()
        logger.debug("program=%s pid=%d started", self._program.name, self._process.pid)

    def wait_until_ready(self, stop: Event) -> None:
        deadline = self._clock() + READY_SECONDS
        while not self.is_ready() and self._clock() < deadline:
            if self._ended() or stop.wait(LOOK_SECONDS):
                return

    def look_after(self) -> None:
        now = self._clock()
        if self._restart_at is not None:
            if now >= self._restart_at:
                self._start_again(now)
            elif self._failures > 1:
                self._program.while_paused()
        elif self._ended():
            ran_well = now - self._started > HEALTHY_SECONDS
            self._was_well |= ran_well
            self._failures = 0 if ran_well else self._failures + 1
            pause = 0.0 if ran_well else min(2.0**self._failures, LONGEST_PAUSE_SECONDS)
            self._restart_at = now + pause
            self._check_settings()
            logger.warning(
                "program=%s ended status=%s restart_in=%.0f s",
                self._program.name,
                self._process and self._process.returncode,
                pause,
            )

    def _start_again(self, now: float) -> None:
        try:
            self.start()
        except OSError as error:  # such as too many open files
            self._restart_at = now + RETRY_SECONDS
            logger.error("program=%s cannot be started: %s", self._program.name, error.strerror)

    def _check_settings(self) -> None:
        status = self._process and self._process.returncode
        self._wrong_settings = self._wrong_settings + 1 if status == WRONG_SETTINGS_STATUS else 0
        if self._wrong_settings >= WRONG_SETTINGS_ATTEMPTS and not self._was_well:
            self._relaying.join(RELAY_SECONDS)
            message = "\n".join(self._error) or f"exit status {status}"
            raise SettingsError(f"{self._program.name}: {message}")

    def stop(self) -> None:
        if self._process is None or self._ended():
            return
        self._process.terminate()
        try:
            self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            logger.warning("program=%s did not stop and is killed", self._program.name)
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        # For its last output, with a limit: a process that it left behind may hold the pipe open.
        self._relaying.join(RELAY_SECONDS)
        logger.debug("program=%s stopped", self._program.name)

    def _ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def _relay(self, lines: TextIO) -> None:
        with lines:
            for line in lines:
                self._keep_error(line.rstrip())
                if any(word in line for word in self._program.unwanted):
                    continue
                self._out.write(f"{self._prefix}{line.rstrip()}\n")
                self._out.flush()

    def _keep_error(self, line: str) -> None:
        """Keeps the message that a command ends with, which may have several lines."""
        if line.startswith(ERROR_START):
            self._error = [line.removeprefix(ERROR_START)]
        elif self._error:
            self._error.append(line)
