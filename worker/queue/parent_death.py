"""Ends a process when its parent dies, so that no process is left over after a SIGKILL.

Linux only (PR_SET_PDEATHSIG); elsewhere the process keeps running. The signal is sent when the
*thread* that started the process ends, so children are started from the main thread.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int, signum: signal.Signals) -> None:
    """Makes the kernel send `signum` to this process when `parent`, its direct parent, dies.

    If `parent` is dead already, the signal is sent at once. The setting survives an exec. Raises
    OSError when the kernel refuses it.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, int(signum), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:
        os.kill(os.getpid(), signum)


def tied_to_parent(command: list[str]) -> list[str]:
    """Returns a command line that runs `command`, with a SIGTERM when this process dies.

    The started process becomes `command` by an exec and keeps its process id.
    """
    return [sys.executable, "-P", "-m", "worker.queue.parent_death", str(os.getpid()), *command]


if __name__ == "__main__":
    die_with_parent(int(sys.argv[1]), signal.SIGTERM)
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606  (no shell is needed)
