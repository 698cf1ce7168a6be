"""A real Valkey for tests: the embedded one of `nerloop up`."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis

from server.cli.processes.embedded_valkey import EmbeddedValkey
from worker.queue.parent_death import tied_to_parent


@contextmanager
def running_valkey(folder: Path) -> Iterator[str]:
    """Runs a Valkey until the block ends; yields its URL."""
    embedded = EmbeddedValkey(folder)
    program = embedded.program()
    process = subprocess.Popen(tied_to_parent(list(program.command)), stdout=subprocess.DEVNULL)
    try:
        while not program.is_ready():
            assert process.poll() is None, "Valkey did not start"
        yield embedded.url
    finally:
        process.terminate()
        process.wait(10)
        embedded.close()


@contextmanager
def client(url: str) -> Iterator[Redis]:
    """Yields a connection to that Valkey, after emptying its database."""
    with Redis.from_url(url) as connection:
        connection.flushall()
        yield connection
