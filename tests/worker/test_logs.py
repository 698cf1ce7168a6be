"""The levels of libraries that log too much."""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from worker.logs import configure_logging

LIBRARIES = ("alembic", "rq", "rq.worker", "rq.job", "filelock", "httpx", "urllib3.connectionpool")


@pytest.fixture(autouse=True)
def library_levels() -> Iterator[None]:
    """Unsets the levels of the libraries for a test."""
    levels = {name: logging.getLogger(name).level for name in LIBRARIES}
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.NOTSET)
    yield
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.parametrize("level", ["INFO", "WARNING"])
def test_libraries_log_warnings_and_urllib3_logs_errors(level: str) -> None:
    configure_logging(level)
    assert [logging.getLevelName(logging.getLogger(name).level) for name in LIBRARIES] == [
        *["WARNING"] * 6,
        "ERROR",
    ]


def test_with_debug_libraries_log_everything() -> None:
    configure_logging("DEBUG")
    assert {logging.getLogger(name).level for name in LIBRARIES} == {logging.NOTSET}


def test_a_message_is_one_line_whatever_it_quotes() -> None:
    program = (
        "import logging; from worker.logs import configure_logging; configure_logging('INFO'); "
        "logging.warning('path=%s é', '/a\\n2026 INFO forged\\r\\x1b[2J\\u2028')"
    )
    # A process of its own, because pytest has a handler already.
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, env=os.environ
    )
    (line,) = done.stderr.decode().splitlines()
    assert line.endswith(r"path=/a\n2026 INFO forged\r\x1b[2J\u2028 é")
