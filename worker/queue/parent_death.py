"""Ties a process to the one that started it, so that nothing is left behind after a SIGKILL.

Linux only (PR_SET_PDEATHSIG); elsewhere both functions leave the process as it is. The signal comes
when the *thread* that started the process ends, so children are started from the main thread.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int, signum: signal.Signals) -> None:
    """Asks the kernel for `signum` at the death of `parent`, which must be the direct parent.

    A parent that is dead already counts: the signal is then sent at once. Survives an exec.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, int(signum), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:
        os.kill(os.getpid(), signum)


def tied_to_parent(command: list[str]) -> list[str]:
    """The command line that runs `command` and gets a SIGTERM when this process dies.

    The process that comes of it is `command` itself, under the same process id.
    """
    return [sys.executable, "-P", "-m", "worker.queue.parent_death", str(os.getpid()), *command]


if __name__ == "__main__":
    die_with_parent(int(sys.argv[1]), signal.SIGTERM)
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606  (no shell is wanted)
