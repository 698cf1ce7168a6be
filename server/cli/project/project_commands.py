"""The commands for one project: connect, collect, import, retrain, tokens, forget, status."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ner.clock import utc_now
from server.cli.corpus_options import FILE, load_corpus, offset_unit_option, say, skip_bad_option

if TYPE_CHECKING:
    from rich.console import Console

    from worker.collect.collect_result import CollectResult
    from worker.settings import Settings
    from worker.store.database import Store

TOKEN_KINDS = ("predict", "admin", "service")


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
def collect(project: str, accept_withdrawals: bool) -> None:
    """Pull the approved documents of PROJECT's Doccano project now."""
    from worker.collect.collect import collect as pull
    from worker.doccano_account import open_client

    with opened(project) as (settings, store):
        result = pull(
            store,
            open_client(settings),
            project,
            settings,
            utc_now(),
            accept_withdrawals=accept_withdrawals,
            force=True,
        )
        _print_collected(result)


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


@click.command("import")
@click.argument("project")
@click.argument("corpus", type=FILE)
@click.option(
    "--as-documents",
    is_flag=True,
    help="Add the documents to the Doccano project, with their spans, to be reviewed there; "
    "without it they stay outside Doccano and count as approved.",
)
@click.option("--approved", is_flag=True, help="With --as-documents: also approve them.")
@click.option("--create-labels", is_flag=True, help="Create the labels that the project lacks.")
@offset_unit_option
@skip_bad_option
def import_gold(
    project: str,
    corpus: Path,
    as_documents: bool,
    approved: bool,
    create_labels: bool,
    offset_unit: str,
    skip_bad: bool,
) -> None:
    """Import the gold in CORPUS (JSONL or CoNLL) into PROJECT.

    Its documents join the training data as if they had been approved, or become documents of the
    Doccano project. Importing a file twice changes nothing.
    """
    from worker import import_gold as importing
    from worker.doccano_account import open_client

    if approved and not as_documents:
        raise click.UsageError("--approved needs --as-documents; other gold counts as approved")
    console = _console()
    documents = load_corpus(
        corpus, offset_unit=offset_unit, skip_bad=skip_bad, messages=console
    ).documents
    take = importing.import_gold
    if as_documents:
        take = partial(importing.import_documents, approved=approved)
    with opened(project) as (settings, store):
        client = open_client(settings)
        result = take(
            store, client, project, documents, settings, utc_now(), create_labels=create_labels
        )
        say(console, str(result))


@click.command()
@click.argument("project")
@click.option(
    "--rotate",
    type=click.Choice(TOKEN_KINDS),
    help="Issue a new token; the old one stops working.",
)
def tokens(project: str, rotate: str | None) -> None:
    """List PROJECT's tokens, or issue a new one.

    `predict` may only predict; it is kept only in Doccano's configuration, where a new one is
    written at once. `admin` gives access to the project's API, `service` to every project, /metrics
    and /docs; these are shown only once, and the store keeps only their hash.
    """
    from worker.store import tokens as stored

    with opened(project) as (settings, store):
        if rotate is None:
            _list_tokens(store, project)
            return
        if rotate == "predict":
            _reconnect(settings, store, project)
            return
        with store.begin() as session:
            owner = stored.SERVICE if rotate == "service" else project
            token = stored.issue_token(session, "admin", owner, utc_now())
        click.echo(f"{rotate} token, shown only once: {token}")


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

    if (text is None) is not every:
        raise click.UsageError("give either --text TEXT or --all")
    with opened(project) as (_, store), store.begin() as session:
        hashed = None if text is None else exact_hash(text)
        count = delete_claims(session, project, exact_hash=hashed, only_open=not approved_too)
    click.echo(f"forgot {count} answers")


@click.command()
@click.argument("project", required=False)
def status(project: str | None) -> None:
    """Show the state of PROJECT, or of every project, and the reasons for it.

    Lists approved documents, changes since the last training, the model in use, the last runs with
    their reasons, and what happens next.
    """
    from server.cli.project.status_report import print_status

    with opened(project) as (settings, store):
        names = [project] if project else sorted(settings.projects)
        if not names:
            click.echo("no project is configured; see README.md, “Connect your own Doccano”")
        for name in names:
            print_status(_console(), settings, store, name, utc_now())


def _print_collected(result: "CollectResult") -> None:
    click.echo(
        f"{result.new} new, {result.changed} changed, {result.withdrawn} withdrawn: {result.reason}"
    )
    if result.dropped_spans:
        click.echo(f"{result.dropped_spans} spans lie outside their text and were left out")
    if result.agreement and result.agreement.mean is not None:
        click.echo(
            f"agreement on {result.agreement.documents} documents of several annotators: "
            f"{result.agreement.mean:.0%}"
        )


def _list_tokens(store: "Store", project: str) -> None:
    from worker.store.tokens import SERVICE, token_exists

    with store.read() as session:
        issued = {
            "predict": token_exists(session, "predict", project),
            "admin": token_exists(session, "admin", project),
            "service": token_exists(session, "admin", SERVICE),
        }
    for kind, is_issued in issued.items():
        click.echo(f"{kind:<8} {'issued' if is_issued else 'none'}")


def _reconnect(settings: "Settings", store: "Store", project: str) -> None:
    """Connects the project with a new token, which replaces the old one once it works."""
    from server.cli.project.connection_report import connect_and_print

    if not connect_and_print(settings, store, project, utc_now(), new_token=True):
        raise click.ClickException(
            f"the old token is still in use; fix the problems above and run `nerloop tokens "
            f"{project} --rotate predict` again"
        )


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

    Raises SettingsError for a project that is not configured.
    """
    from worker.settings import load_settings
    from worker.store.database import open_store

    settings = load_settings()
    if project is not None:
        settings.project(project)
    store = open_store(settings.resolved_store_url)
    try:
        yield settings, store
    finally:
        store.close()


def _console() -> "Console":
    from rich.console import Console

    return Console()
