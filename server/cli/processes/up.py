"""Everything on one machine: the queue server, the server, two workers and the cron."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import TextIO

from filelock import FileLock, Timeout

from ner.errors import SettingsError
from ner.files import write_private
from server.cli.processes.embedded_valkey import EmbeddedValkey
from server.cli.processes.supervisor import Program, Supervisor
from worker.queue.queues import QUEUE_NAMES
from worker.settings import Settings
from worker.store.database import open_store

logger = logging.getLogger(__name__)


def run_up(settings: Settings, stop: Event, out: TextIO) -> None:
    """Runs every part until `stop` is set; their output goes to `out`, with their names.

    Raises SettingsError if it is already running with the same data directory, StoreError if the
    store cannot be opened.
    """
    try:
        lock = FileLock(settings.data_dir / "up.lock").acquire(blocking=False)
    except Timeout:
        raise SettingsError(
            f"`nerloop up` is already running with NERLOOP_DATA_DIR={settings.data_dir}; stop it "
            "first, or use another directory"
        ) from None
    with lock:
        open_store(settings.resolved_store_url).close()
        with _queue_server(settings) as queue_server:
            supervisor = Supervisor([*queue_server, *_own_programs()], out)
            logger.info(
                "server=%s data_dir=%s starting", settings.resolved_server_url, settings.data_dir
            )
            supervisor.run(stop)
    logger.info("everything stopped")


@contextmanager
def _queue_server(settings: Settings) -> Iterator[list[Program]]:
    if settings.redis_url is not None:
        yield []
        return
    embedded = EmbeddedValkey(settings.data_dir)
    write_private(settings.redis_url_file, embedded.url)
    try:
        yield [embedded.program()]
    finally:
        settings.redis_url_file.unlink(missing_ok=True)
        embedded.close()


def _own_programs() -> list[Program]:
    # -P: otherwise a folder `server` in the working directory would be imported instead of ours.
    nerloop = (sys.executable, "-P", "-m", "server.cli")
    workers = [
        Program(f"worker:{name}", (*nerloop, "worker", "--queues", name)) for name in QUEUE_NAMES
    ]
    return [
        Program("server", (*nerloop, "server")),
        *workers,
        Program("cron", (*nerloop, "cron")),
    ]
