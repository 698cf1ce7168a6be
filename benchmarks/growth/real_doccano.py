"""Pulls and checks beside a real Doccano, with what Doccano itself takes.

    .venv/bin/python -m benchmarks.growth.real_doccano [--documents 5000] [--json FILE]

Documents are imported and approved in a Doccano of the program's own. Then a first pull, a pull
without a change, checks after ten new approvals, in a row and far from each other, and a check that
finds nothing are timed: the wall time, the processor time of nerloop, and the time that it waited
for Doccano.
"""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from unittest.mock import patch

import click
import requests

from benchmarks.growth.remote import FILLER
from benchmarks.measuring.machine import this_machine
from server.demo.local_doccano import LocalDoccano, default_environment, ensure_doccano_environment
from worker.collect.collect import collect
from worker.doccano import DoccanoClient
from worker.doccano_account import open_client
from worker.settings import Settings
from worker.store.database import open_store

PROJECT = "growth"
LABEL = "ORG"
NEW = 10
IMPORT_SECONDS = 600.0


class Waiting:
    """The time spent in requests to Doccano, in seconds."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Counts the requests of this process while the block runs."""
        send = requests.Session.send

        def timed(*arguments: object, **options: object) -> requests.Response:
            began = time.perf_counter()
            try:
                return send(*arguments, **options)  # type: ignore[arg-type]
            finally:
                self.seconds += time.perf_counter() - began

        with patch.object(requests.Session, "send", timed):
            yield


def measure(doccano: LocalDoccano, documents: int, folder: Path) -> dict[str, dict[str, float]]:
    """The figures of a project with so many approved documents and twenty more to approve."""
    client = DoccanoClient(doccano.url, doccano.username, doccano.password)
    project = client.create_project("growth", collaborative=True).id
    _upload(client, project, documents + 2 * NEW)
    numbers = [example.id for example in client.examples(project)]
    last, apart = numbers[-NEW:], numbers[documents // (2 * NEW) :: documents // NEW][:NEW]
    _approve(client, project, sorted({*numbers} - {*last, *apart}))
    settings = Settings(
        data_dir=folder,
        doccano_url=doccano.url,
        doccano_username=doccano.username,
        doccano_password=doccano.password,
        export_seconds=3_600,
        projects={PROJECT: {"doccano_project": project}},
    )
    began, minutes = datetime.now(UTC), count()
    with closing(open_store(settings.resolved_store_url)) as store:

        def pull(*, force: bool = False) -> None:
            # A check pauses for some seconds after another one that searched.
            now = began + timedelta(minutes=next(minutes))
            collect(store, open_client(settings), PROJECT, settings, now, force=force)

        figures = {
            "first pull": _timed(pull),
            "pull without a change": _timed(lambda: pull(force=True)),
        }
        _approve(client, project, last)
        figures["check with ten new approvals in a row"] = _timed(pull)
        _approve(client, project, apart)
        figures["check with ten new approvals far apart"] = _timed(pull)
        figures["check that finds nothing"] = _timed(pull)
    return figures


def _upload(client: DoccanoClient, project: int, documents: int) -> None:
    lines = (
        {"text": f"Paper {number}: {FILLER}", "label": [[0, 5, LABEL], [30, 36, LABEL]]}
        for number in range(documents)
    )
    client.upload_jsonl(project, lines, relations=False, deadline=IMPORT_SECONDS)


def _approve(client: DoccanoClient, project: int, numbers: list[int]) -> None:
    def approve(number: int) -> None:
        client.set_confirmed(project, number, confirmed=True)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(approve, numbers))


def _timed(action: Callable[[], object]) -> dict[str, float]:
    waiting = Waiting()
    wall, cpu = time.perf_counter(), time.process_time()
    with waiting.counted():
        action()
    return {
        "seconds": round(time.perf_counter() - wall, 3),
        "waiting_for_doccano": round(waiting.seconds, 3),
        "own_cpu": round(time.process_time() - cpu, 3),
    }


@click.command()
@click.option("--documents", default=5_000, show_default=True, help="Approved documents.")
@click.option("--json", "output", type=click.Path(path_type=Path), help="Write the figures there.")
def main(documents: int, output: Path | None) -> None:
    """Measure, print, and write the figures as JSON."""
    environment = ensure_doccano_environment(default_environment())
    with (
        tempfile.TemporaryDirectory() as name,
        LocalDoccano(Path(name) / "doccano", environment) as doccano,
    ):
        figures = measure(doccano, documents, Path(name) / "data")
    machine = str(this_machine())
    for what, values in figures.items():
        click.echo(f"{what}: " + ", ".join(f"{key} {value}" for key, value in values.items()))
    click.echo(machine)
    if output:
        content = {"machine": machine, "approved": documents, "figures": figures}
        output.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
