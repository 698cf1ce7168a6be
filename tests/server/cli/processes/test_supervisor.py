"""The supervisor with small programs: started, restarted, relayed, stopped."""

import io
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psutil
import pytest

from ner.errors import SettingsError
from server.cli.processes.supervisor import Program, Supervisor
from tests.support.running.processes import wait_until

SUPERVISOR = """
import sys
from threading import Event
from server.cli.processes.supervisor import Program, Supervisor
programs = [Program("a", ("/bin/sleep", "600")), Program("b", ("/bin/sleep", "600"))]
Supervisor(programs, sys.stdout).run(Event())
"""
# Prints its name when it is ready and when it is told to stop.
OBEDIENT = """
import signal, sys, time
def on_term(*_):
    print("stopping", sys.argv[1], flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, on_term)
print("ready", sys.argv[1], flush=True)
time.sleep(600)
"""


def obedient(name: str) -> Program:
    return Program(name, (sys.executable, "-c", OBEDIENT, name))


class Running:
    """A supervisor in a thread, with the output of its programs."""

    def __init__(self, *programs: Program, clock: Callable[[], float] = time.monotonic) -> None:
        self.out = io.StringIO()
        self.stop = Event()
        self.ready = Event()
        self.error: SettingsError | None = None
        self._supervisor = Supervisor(programs, self.out, clock=clock)
        # The children end with the thread that started them.
        self.thread = Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        try:
            self._supervisor.run(self.stop, on_ready=self.ready.set)
        except SettingsError as error:
            self.error = error

    def lines(self, word: str) -> list[str]:
        return [line for line in self.out.getvalue().splitlines() if word in line]

    def end(self) -> None:
        self.stop.set()
        self.thread.join()


def test_the_output_of_programs_is_prefixed_with_their_names() -> None:
    running = Running(obedient("one"), obedient("second"))
    wait_until("both", lambda: len(running.lines("ready")) == 2)
    running.end()
    assert sorted(running.lines("ready")) == ["one    | ready one", "second | ready second"]


def test_programs_are_stopped_in_reverse_order() -> None:
    running = Running(obedient("one"), obedient("two"), obedient("three"))
    wait_until("all", lambda: len(running.lines("ready")) == 3)
    running.end()
    stopped = [line.split()[-1] for line in running.lines("stopping")]
    assert stopped == ["three", "two", "one"]


def test_a_program_that_ends_is_started_again(tmp_path: Path) -> None:
    marker = tmp_path / "starts"
    script = f"echo start >> {marker}; echo up; exit 3"
    running = Running(Program("crash", ("/bin/sh", "-c", script)))
    wait_until("two starts", lambda: marker.exists() and marker.read_text().count("start") >= 2)
    running.end()


def test_a_program_that_ran_for_a_while_is_started_again_at_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    starts = tmp_path / "starts"
    script = f"echo start >> {starts}; test $(wc -l < {starts}) = 2 && sleep 1; exit 1"
    # Twenty times as fast: a second is long enough to have been well.
    program = Program("a", ("/bin/sh", "-c", script))
    running = Running(program, clock=lambda: 20 * time.monotonic())
    wait_until("four starts", lambda: starts.exists() and starts.read_text().count("start") >= 4)
    running.end()
    pauses = [message.partition("restart_in=")[2] for message in caplog.messages]
    assert [pause for pause in pauses if pause][:3] == ["2 s", "0 s", "2 s"]


def test_a_pause_after_the_second_failure_in_a_row_is_told_of(tmp_path: Path) -> None:
    told = Event()
    command = ("/bin/sh", "-c", f"echo start >> {tmp_path / 'starts'}; exit 1")
    running = Running(Program("crash", command, while_paused=told.set))
    assert told.wait(60)
    assert (tmp_path / "starts").read_text() == 2 * "start\n"
    running.end()


def test_a_program_that_cannot_be_started_again_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    starts = tmp_path / "starts"
    command = ("/bin/sh", "-c", f"echo start >> {starts}; exit 1")
    open_process, tries = subprocess.Popen, []

    def full(*arguments: Any, **options: Any) -> Any:
        tries.append(arguments)
        if len(tries) == 2:
            raise OSError(24, "Too many open files")
        return open_process(*arguments, **options)

    monkeypatch.setattr("server.cli.processes.supervisor.subprocess.Popen", full)
    running = Running(Program("a", command), clock=lambda: 20 * time.monotonic())
    wait_until("two starts", lambda: starts.exists() and starts.read_text().count("start") >= 2)
    running.end()
    assert "program=a cannot be started: Too many open files" in caplog.text
    assert running.error is None


def test_what_comes_before_the_stop_finds_the_programs_running() -> None:
    running_then: list[int] = []
    supervisor = Supervisor([obedient("one")], out := io.StringIO())
    stop = Event()

    def look() -> None:
        running_then.append(len(psutil.Process().children()))

    thread = Thread(target=lambda: supervisor.run(stop, before_stop=look))
    thread.start()
    wait_until("the program", lambda: "ready" in out.getvalue())
    stop.set()
    thread.join()
    assert running_then[0] >= 1


def test_a_program_inherits_what_it_is_given() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number = listener.fileno()
        script = f"import socket; print('port', socket.socket(fileno={number}).getsockname()[1])"
        program = Program("heir", (sys.executable, "-c", script), inherited=(number,))
        running = Running(program)
        port = listener.getsockname()[1]
        wait_until("its line", lambda: running.lines(f"port {port}"))
        running.end()


def test_wrong_settings_end_the_supervisor_with_the_programs_message(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    script = f"echo start >> {starts}; echo 'a line'; echo 'Error: port 1 is taken'; exit 78"
    running = Running(Program("wrong", ("/bin/sh", "-c", script)), obedient("other"))
    running.thread.join()
    assert str(running.error) == "wrong: port 1 is taken"
    assert starts.read_text().count("start") == 3
    assert running.lines("stopping other")


def test_other_failures_in_between_are_no_wrong_settings(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    # Wrong, wrong, another failure, wrong, and then it runs.
    script = (
        f"echo start >> {starts}; case $(wc -l < {starts}) in 3) exit 1;; 5) sleep 600;; "
        "*) exit 78;; esac"
    )
    running = Running(Program("at last", ("/bin/sh", "-c", script)))
    wait_until("five starts", lambda: starts.exists() and starts.read_text().count("start") == 5)
    running.end()
    assert running.error is None


def test_a_program_that_was_well_is_restarted_whatever_its_status(tmp_path: Path) -> None:
    starts, ready, killed = tmp_path / "starts", tmp_path / "ready", tmp_path / "killed"
    # It is ready and killed; another program then has its port for three starts; then it runs.
    script = (
        f"echo start >> {starts}; case $(wc -l < {starts}) in "
        f"1) touch {ready}; until test -e {killed}; do sleep 0.1; done; exit 1;; "
        "2|3|4) exit 78;; *) sleep 600;; esac"
    )
    program = Program("server", ("/bin/sh", "-c", script), ready.exists)
    # Twenty times as fast, for the pauses between the starts.
    running = Running(program, clock=lambda: 20 * time.monotonic())
    assert running.ready.wait(60)
    killed.touch()
    wait_until(
        "five starts or the end",
        lambda: starts.read_text().count("start") == 5 or not running.thread.is_alive(),
    )
    running.end()
    assert running.error is None


def test_unwanted_lines_are_not_relayed() -> None:
    script = "echo 'a warning of old'; echo news; sleep 600"
    running = Running(Program("a", ("/bin/sh", "-c", script), unwanted=("warning",)))
    wait_until("the news", lambda: running.lines("news"))
    running.end()
    assert running.lines("") == ["a | news"]


def test_all_programs_are_ready_before_it_is_announced() -> None:
    answers = Event()
    running = Running(Program("a", ("/bin/sleep", "600"), answers.is_set), obedient("b"))
    assert not running.ready.is_set()
    answers.set()
    assert running.ready.wait(60)
    running.end()


def test_the_next_program_waits_until_the_first_is_ready() -> None:
    looks: list[list[str]] = []

    def is_ready() -> bool:
        commands = [child.cmdline() for child in psutil.Process().children()]
        looks.append([command[-1] for command in commands if "next" in command])
        return len(looks) == 3

    running = Running(Program("first", ("/bin/sleep", "600"), is_ready), obedient("next"))
    wait_until("the next", lambda: running.lines("ready"))
    running.end()
    assert looks == [[], [], []]


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal")
def test_a_killed_supervisor_leaves_no_child() -> None:
    with subprocess.Popen([sys.executable, "-c", SUPERVISOR]) as supervisor:

        def sleepers() -> list[psutil.Process]:
            children = psutil.Process(supervisor.pid).children()
            return [child for child in children if child.name() == "sleep"]

        children = wait_until("both", lambda: pair if len(pair := sleepers()) == 2 else None)
        supervisor.send_signal(signal.SIGKILL)
    psutil.wait_procs(children, timeout=60)
    assert not any(child.is_running() for child in children)
