"""The most memory that a process ever held."""

import resource
import sys
from pathlib import Path


def peak_memory() -> int:
    """The most bytes of main memory that this process held."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not getrusage's figure: on Linux that begins with what the parent process held.
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
