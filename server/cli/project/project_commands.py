"""The commands for one project: connect, collect, retrain, forget."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import click

from ner.clock import utc_now
from ner.files import private_umask

if TYPE_CHECKING:
    from worker.settings import Settings
    from worker.store.database import Store


@click.command()
@click.argument("project")
@click.pass_context
def connect(context: click.Context, project: str) -> None:
    """Connect PROJECT's Doccano project and test that suggestions arrive.

    Checks the base model, login, permissions and the project's modes, has Doccano call the server
    with a test text, and then creates or repairs the auto-labeling configuration; what does not
    work is not written. It can be run again at any time and leaves correct settings unchanged. The
    exit status is 1 if the loop cannot run.
    """
    from server.cli.preflight.preflight import look_at_models
    from server.cli.project.connection_report import connect_and_print, print_findings

    with opened(project) as (settings, store):
        can_train = print_findings(look_at_models(settings, project))
        if not connect_and_print(settings, store, project, utc_now()) or not can_train:
            context.exit(1)


@click.command()
@click.argument("project")
@click.option(
    "--accept-withdrawals",
    is_flag=True,
    help="Accept a pull that was held back because it withdraws many documents.",
)
@click.option(
    "--accept-changes",
    is_flag=True,
    help="Accept that the texts of many documents have changed, or that many have lost their "
    "spans.",
)
def collect(project: str, accept_withdrawals: bool, accept_changes: bool) -> None:
    """Pull the approved documents of PROJECT's Doccano project now.

    Prints which documents changed, by their numbers in Doccano, and why.
    """
    from server.cli.corpus_shape import inside_words_warning
    from server.cli.project.collect_report import print_collected
    from worker.collect.collect import collect as pull
    from worker.doccano_account import Patience, open_client
    from worker.store.training.datasets import load_dataset

    with opened(project) as (settings, store):
        result = pull(
            store,
            open_client(settings, Patience.COMMAND),
            project,
            settings,
            utc_now(),
            accept_withdrawals=accept_withdrawals,
            accept_changes=accept_changes,
            force=True,
        )
        print_collected(result)
        with store.read() as session:
            dataset = load_dataset(session, project)
    if warning := inside_words_warning((*dataset.train, *dataset.held_out)):
        click.echo(f"warning: {warning}")


@click.command()
@click.argument("project")
def retrain(project: str) -> None:
    """Train PROJECT's model now, whatever the policy says.

    A worker (`nerloop up`, `nerloop worker`) runs the training; `nerloop status` shows its
    progress. The new model is promoted under the same conditions as any other.
    """
    from worker.queue.queues import Enqueued
    from worker.queue.queues import connect as connect_queues

    with opened(project) as (settings, _):
        enqueued = connect_queues(settings, clock=utc_now).enqueue("retrain", project, force=True)
    words = {
        Enqueued.NEW: "a training was requested",
        Enqueued.WAITING: "a training is already waiting",
        Enqueued.RUNNING: "a training is already running",
    }
    click.echo(f"{words[enqueued]}; see `nerloop status {project}`")


@click.command()
@click.argument("project")
@click.option("--text", help="The document's exact text.")
@click.option("--all", "every", is_flag=True, help="All documents of the project.")
@click.option("--approved-too", is_flag=True, help="Also documents that were approved since.")
def forget(project: str, text: str | None, every: bool, approved_too: bool) -> None:
    """Let texts of PROJECT get suggestions again.

    A text gets suggestions once for each unapproved document with that text, so that spans that a
    reviewer deleted do not come back. After this command the next visit brings suggestions again.
    """
    from ner.hashing import exact_hash
    from worker.store.served import delete_claims
    from worker.wording import counted

    if (text is None) is not every:
        raise click.UsageError("give either --text TEXT or --all")
    with opened(project) as (_, store), store.begin() as session:
        hashed = None if text is None else exact_hash(text)
        count = delete_claims(session, project, exact_hash=hashed, only_open=not approved_too)
    click.echo(f"{counted(count, 'text')} can get suggestions again")


@contextmanager
def opened(project: str | None) -> "Iterator[tuple[Settings, Store]]":
    """Yields settings and store like `configured`; logs go to standard error."""
    from worker.logs import configure_logging

    with configured(project) as (settings, store):
        configure_logging(settings.log_level)
        yield settings, store


@contextmanager
def configured(project: str | None) -> "Iterator[tuple[Settings, Store]]":
    """Yields settings and store, without logs, for a command whose display they would break.

    Raises SettingsError for a project that is not configured, and without one if there is none.
    """
    from worker.settings import load_settings
    from worker.store.database import open_store

    settings = load_settings()
    if project is None:
        settings.require_projects()
    else:
        settings.project(project)
    with private_umask(), closing(open_store(settings.resolved_store_url)) as store:
        yield settings, store
