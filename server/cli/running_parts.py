"""Finds what of nerloop runs, for commands that must not change the store under it."""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from ner.errors import QueueError, SettingsError
from ner.files import PRIVATE_FILE
from server.cli.processes.up import running_alone
from worker.queue.cron import beating_hosts
from worker.queue.rq_worker import working_hosts
from worker.server_address import opened_at
from worker.settings import Settings

ANSWER_SECONDS = 2.0
LIVE_PATH = "/health/live"


@contextmanager
def nothing_running(settings: Settings, now: datetime) -> Iterator[None]:
    """Encloses what must not happen while a part of nerloop runs.

    Meanwhile neither `nerloop up` nor a training can start with this data directory. Raises
    SettingsError, which names the parts that run.
    """
    training = FileLock(settings.data_dir / "training.lock", mode=PRIVATE_FILE)
    with running_alone(settings):
        try:
            training.acquire(blocking=False)
        except Timeout:
            raise _running(["a training"]) from None
        with training:
            if found := _parts(settings, now):
                raise _running(found)
            yield


def _running(parts: list[str]) -> SettingsError:
    return SettingsError(
        f"nerloop is running: {', '.join(parts)}; stop it first (a process that was killed counts "
        "as running for up to a minute), or set NERLOOP_SERVER_PORT to a free port if that server "
        "has another data directory"
    )


def _parts(settings: Settings, now: datetime) -> list[str]:
    parts = [f"a cron on {host}" for host in beating_hosts(settings, now)]
    with suppress(QueueError):  # without its queue no worker works
        parts += [f"a worker on {host}" for host in working_hosts(settings, now)]
    here = f"http://{opened_at(settings.server_host)}:{settings.server_port}"
    addresses = [here, settings.resolved_server_url]
    return parts + [f"the server at {url}" for url in dict.fromkeys(addresses) if _is_live(url)]


def _is_live(url: str) -> bool:
    """Whether nerloop's server answers there."""
    address = urlsplit(url)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.hostname or "", address.port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", f"{address.path.rstrip('/')}{LIVE_PATH}")
        return bool(json.loads(connection.getresponse().read(1_000)) == {"live": True})
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()
