"""The commands that keep and move what nerloop has: backup, restore, move-store."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ner.clock import utc_now

if TYPE_CHECKING:
    from worker.keeping.archive import BackupList
    from worker.settings import Settings
    from worker.store.database import Store

REPLACE = "Replace what is there. Without it, store and models must be empty."
FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=FILE)
@click.option("--check", is_flag=True, help="Read the backup FILE instead, and compare checksums.")
def backup(file: Path, check: bool) -> None:
    """Write a backup of the store and the models to FILE.

    It may run while nerloop does: the store is written as it is at one moment. FILE is read back
    and compared before the command ends. It holds texts of documents, so only its owner can read
    it; Redis and unfinished trainings are not in it.
    """
    from worker.keeping.archive import verify
    from worker.keeping.backup import back_up, damaged_versions, require_store
    from worker.settings import load_settings

    if check:
        listed = verify(file)
        made = f"{listed.made_at:%Y-%m-%d %H:%M} UTC"
        click.echo(f"{file} is whole: {_content(listed)}, of {made}")
        return
    from server.cli.project.project_commands import configured

    require_store(load_settings())
    with configured(None) as (settings, store):
        listed = back_up(settings, store, file, utc_now())
    size = file.stat().st_size / 1e6
    click.echo(f"{file} has {_content(listed)}, {size:.1f} MB, and was read back")
    for name in damaged_versions(listed, settings.models_dir):
        click.echo(f"warning: version {name} is damaged; the backup has it as it is", err=True)


@click.command()
@click.argument("file", type=FILE)
@click.option("--replace", is_flag=True, help=REPLACE)
def restore(file: Path, replace: bool) -> None:
    """Put back the store and the models of the backup FILE.

    Stop nerloop first. The backup may be of an earlier version of nerloop, and of another database
    than the store's.
    """
    from ner.files import private_umask
    from server.cli.running_parts import nothing_running
    from worker.keeping.restore import restore as put_back
    from worker.settings import load_settings

    settings = load_settings()
    settings.require_projects()
    with private_umask(), nothing_running(settings, utc_now()):
        restored = put_back(settings, file, replace=replace)
    if restored.unreadable:
        click.echo(f"the store that could not be read is now {restored.unreadable}")
    _say_rows(restored.rows)
    click.echo(f"{file} of {restored.backup.made_at:%Y-%m-%d %H:%M} UTC was put back")
    for project in sorted({*restored.projects} - {*settings.projects}):
        click.echo(f"warning: the backup has {project}, which the settings do not name", err=True)
    for project in sorted(settings.projects):
        click.echo(f"next: start nerloop, then run `nerloop connect {project}`")


@click.command("move-store")
@click.argument("url")
@click.option("--replace", is_flag=True, help="Replace the rows that the new store has.")
def move_store(url: str, replace: bool) -> None:
    """Copy the store to the database at URL, SQLite or PostgreSQL.

    Stop nerloop first. URL is written like NERLOOP_STORE_URL; leave the password out and set
    PGPASSWORD, since other users can read command lines. The store stays as it is: set
    NERLOOP_STORE_URL to the new one afterwards.
    """
    from worker.keeping.store_copy import copy_store
    from worker.store.database import open_store

    with _alone() as (_, store):
        target = open_store(url)
        try:
            if target.engine.url == store.engine.url:
                raise click.UsageError("URL is the store that is in use; name another database")
            rows = copy_store(store, target, replace=replace)
        finally:
            target.close()
        old = store.engine.url.database
    _say_rows(rows)
    click.echo("now set NERLOOP_STORE_URL (store_url) to this database and start nerloop")
    click.echo(f"the old store, {old}, keeps all texts: delete it once you do not need it")


@contextmanager
def _alone() -> "Iterator[tuple[Settings, Store]]":
    """Settings and store, while no part of nerloop runs and `nerloop up` cannot start."""
    from server.cli.project.project_commands import configured
    from server.cli.running_parts import nothing_running

    with configured(None) as (settings, store), nothing_running(settings, utc_now()):
        yield settings, store


def _content(listed: "BackupList") -> str:
    from worker.wording import counted

    files = counted(len(listed.files), "file")
    if listed.approved is None:
        return files
    return f"{counted(listed.approved, 'approved document')} and {files}"


def _say_rows(rows: Mapping[str, int]) -> None:
    from worker.wording import counted

    total = ", ".join(f"{table} {number}" for table, number in rows.items() if number)
    click.echo(f"{counted(sum(rows.values()), 'row')} written: {total or 'the store is empty'}")
