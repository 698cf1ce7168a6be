"""A process that is tied to its parent ends with it, on Linux."""

import os
import signal
import subprocess
import sys

import psutil

from tests.support.running.processes import PATIENCE_SECONDS
from worker.queue.parent_death import tied_to_parent

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
PARENT = f"""
import subprocess, time
from worker.queue.parent_death import tied_to_parent
child = subprocess.Popen(tied_to_parent({SLEEP!r}))
print(child.pid, flush=True)
time.sleep(600)
"""


def test_a_tied_process_is_the_command_itself() -> None:
    command = tied_to_parent([sys.executable, "-c", "import os; print(os.getpid())"])
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        output, _ = process.communicate()
    assert int(output) == process.pid
    assert process.returncode == 0


def test_a_tied_process_ends_when_its_parent_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        child.wait(PATIENCE_SECONDS)


def test_a_parent_that_is_dead_already_ends_the_process_at_once() -> None:
    # The id is not that of the process's parent, as when another process has adopted it.
    code = (
        "import os, signal, time; from worker.queue.parent_death import die_with_parent; "
        f"die_with_parent({os.getppid()}, signal.SIGUSR1); time.sleep(600)"
    )
    process = subprocess.run([sys.executable, "-c", code], timeout=PATIENCE_SECONDS)
    assert process.returncode == -signal.SIGUSR1
