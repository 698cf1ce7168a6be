"""The command `status`: on the terminal, refreshed in place, or as JSON."""

import json
import time
from typing import TYPE_CHECKING

import click

from ner.clock import utc_now
from server.cli.project.project_commands import opened

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console

    from server.cli.project.project_status import Status
    from server.cli.project.stored_data import StoredDataReader
    from worker.settings import Settings
    from worker.store.database import Store


@click.command()
@click.argument("project", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the status as JSON.")
@click.option("--watch", "watched", is_flag=True, help="Refresh the status until Ctrl+C.")
@click.option(
    "--interval",
    type=click.FloatRange(min=0.1),
    default=2.0,
    show_default=True,
    metavar="SECONDS",
    help="With --watch: pause between two refreshes.",
)
def status(project: str | None, as_json: bool, watched: bool, interval: float) -> None:
    """Show the state of PROJECT, or of every project, and the reasons for it.

    Lists approved documents, changes since the last training, the model in use, the last runs with
    their reasons, and what happens next. If the output is not a terminal, --watch prints it once.
    """
    if as_json and watched:
        raise click.UsageError("give either --json or --watch")
    with opened(project) as (settings, store):
        names = [project] if project else sorted(settings.projects)
        if as_json:
            _print_json(settings, store, names)
        elif watched:
            _watch(settings, store, names, interval)
        else:
            _print(settings, store, names)


def _print_json(settings: "Settings", store: "Store", names: list[str]) -> None:
    from server.cli.project.status_json import statuses_to_json

    now = utc_now()
    content = statuses_to_json(_read(settings, store, names, now), now)
    click.echo(json.dumps(content, ensure_ascii=False, indent=2))


def _print(settings: "Settings", store: "Store", names: list[str]) -> None:
    from server.cli.project.status_report import print_status

    console, now = _console(), utc_now()
    for shown in _read(settings, store, names, now):
        print_status(console, shown, now)


def _watch(settings: "Settings", store: "Store", names: list[str], interval: float) -> None:
    from rich.console import Group

    from server.cli.project.status_report import as_renderable
    from server.cli.project.status_watch import watch
    from server.cli.project.stored_data import StoredDataReader

    console = _console()
    if not console.is_terminal:
        _print(settings, store, names)
        return

    # One for all refreshes, so that the documents are read again only when they have changed.
    data = StoredDataReader()

    def render() -> Group:
        now = utc_now()
        return Group(*(as_renderable(s, now) for s in _read(settings, store, names, now, data)))

    watch(console, render, time.sleep, interval)


def _read(
    settings: "Settings",
    store: "Store",
    names: list[str],
    now: "datetime",
    data: "StoredDataReader | None" = None,
) -> "list[Status]":
    from server.cli.project.project_status import connect_queues, read_status
    from server.cli.project.stored_data import StoredDataReader

    queues, data = connect_queues(settings, now), data or StoredDataReader()
    return [read_status(settings, store, name, queues, now, data) for name in names]


def _console() -> "Console":
    from rich.console import Console

    return Console()
