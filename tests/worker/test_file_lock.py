"""One holder at a time, and none after its death."""

import subprocess
import sys
from pathlib import Path

from worker.file_lock import try_lock

HOLDER = """
import sys, time
from pathlib import Path
from worker.file_lock import try_lock
with try_lock(Path(sys.argv[1])) as free:
    print(free, flush=True)
    time.sleep(600)
"""


def test_a_held_lock_is_not_given_twice(tmp_path: Path) -> None:
    path = tmp_path / "new" / "lock"
    with try_lock(path) as first, try_lock(path) as second:
        assert (first, second) == (True, False)
    with try_lock(path) as third:
        assert third


def test_a_killed_holder_holds_no_more(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"True\n"
        with try_lock(path) as free:
            assert not free
        assert path.read_text() == f"{holder.pid}\n"
        holder.kill()
    with try_lock(path) as free:
        assert free
