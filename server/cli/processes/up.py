"""Everything on one machine: the queue server, the server, two workers and the cron."""

import http.client
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Event
from typing import TextIO

import click
from filelock import BaseFileLock, FileLock, Timeout
from pydantic import ValidationError

from ner.errors import SettingsError
from ner.files import PRIVATE_FILE, private_umask, write_private
from server.cli.preflight.preflight import Preflight, look
from server.cli.processes.embedded_valkey import EmbeddedValkey
from server.cli.processes.supervisor import Program, Supervisor
from server.cli.project.connection_report import finding_line
from server.web.port import open_listener, refuse_waiting
from server.web.relay import RelayThread
from server.web.schemas import ReadyOut
from worker.connecting.connection import Finding, FindingLevel
from worker.doccano.links import annotate_url
from worker.queue.queues import QUEUE_NAMES
from worker.settings import Settings
from worker.store.database import open_store

ANSWER_SECONDS = 5.0


def run_up(settings: Settings, stop: Event, out: TextIO) -> None:
    """Runs every part until `stop` is set; their output goes to `out`, with their names.

    Raises SettingsError if something is wrong that would keep the loop from running, or if it is
    already running with the same data directory; StoreError if the store cannot be opened.
    """
    settings.require_projects()
    with private_umask(), running_alone(settings):
        store = open_store(settings.resolved_store_url)
        try:
            found = look(settings, store)
        finally:
            store.close()
        if stop.is_set():
            return
        if found.problems:
            raise SettingsError(_as_list(found.problems))
        for finding in found.findings:
            _say(out, finding_line(finding))
        # Both are open for as long as this process runs, so that calls wait while the server
        # restarts.
        listener = open_listener(settings.server_host, settings.server_port)
        own = open_listener("127.0.0.1", 0)
        with closing(listener), closing(own), _queue_server(settings) as queue_server:
            supervisor = Supervisor([*queue_server, *_own_programs(own)], out)
            relay = RelayThread(listener, own.getsockname(), most_bytes=settings.max_body_bytes)
            relay.start()
            supervisor.run(
                stop, on_ready=lambda: _greet(settings, found, out), before_stop=relay.stop
            )
    _say(out, "nerloop has stopped")


def _as_list(problems: list[str]) -> str:
    """The only problem, or all with marks that tell where each begins."""
    if len(problems) == 1:
        return problems[0]
    lines = [finding_line(Finding(FindingLevel.PROBLEM, problem)) for problem in problems]
    return "\n".join([f"{len(problems)} problems keep nerloop from running:", *lines])


def running_alone(settings: Settings) -> BaseFileLock:
    """The acquired lock of the data directory.

    Raises SettingsError if `nerloop up` runs with it, or if it cannot be used.
    """
    try:
        lock = FileLock(settings.data_dir / "up.lock", mode=PRIVATE_FILE)
        lock.acquire(blocking=False)
    except Timeout:
        raise SettingsError(
            f"`nerloop up` is already running with NERLOOP_DATA_DIR={settings.data_dir}; stop it "
            "first, or use another directory"
        ) from None
    except OSError as error:
        raise SettingsError(
            f"NERLOOP_DATA_DIR (data_dir) = {settings.data_dir} cannot be used: {error.strerror}; "
            "set it to a folder that this user may write to"
        ) from None
    return lock


def _greet(settings: Settings, found: Preflight, out: TextIO) -> None:
    """Says that all is well, and what comes next."""
    folder = settings.data_dir.resolve()
    _say(out, f"nerloop is running at {settings.resolved_server_url}, with its data in {folder}")
    for project in sorted(settings.projects):
        if found.connected.get(project):
            number = settings.project(project).doccano_project
            url = annotate_url(str(settings.doccano_url), number)
            _say(out, f"{project} is connected, annotate here: {url}")
        elif project in found.connected:
            _say(out, f"next: nerloop connect {project}")
        else:
            _say(out, f"next: nerloop connect {project}, once Doccano answers")
    _say(out, "Ctrl+C stops it.")


def _say(out: TextIO, line: str) -> None:
    click.echo(line, file=out)  # without colours unless `out` is a terminal


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


def _own_programs(listener: socket.socket) -> list[Program]:
    # -P: otherwise a folder `server` in the working directory would be imported instead of ours.
    nerloop = (sys.executable, "-P", "-m", "server.cli")
    workers = [
        Program(f"worker:{name}", (*nerloop, "worker", "--supervised", "--queues", name))
        for name in QUEUE_NAMES
    ]
    number = listener.fileno()
    server = Program(
        "server",
        (*nerloop, "server", "--supervised", "--listener", str(number)),
        lambda: _has_started(listener.getsockname()),
        inherited=(number,),
        while_paused=lambda: refuse_waiting(listener),
    )
    return [
        server,
        *workers,
        Program("cron", (*nerloop, "cron", "--supervised")),
    ]


def _has_started(address: tuple[str, int]) -> bool:
    """Whether the server answers and has loaded every model that it can load."""
    connection = http.client.HTTPConnection(*address, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/health/ready")
        return ReadyOut.model_validate_json(connection.getresponse().read()).loading is False
    except (OSError, http.client.HTTPException, ValidationError):
        return False
    finally:
        connection.close()
