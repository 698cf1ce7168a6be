"""`nerloop import`: existing gold into a project, as training data or as documents in Doccano."""

from functools import partial
from pathlib import Path
from typing import Unpack

import click
from rich.console import Console

from ner.clock import utc_now
from server.cli.corpus_options import FILE, ReadingOptions, load_corpus, reading_options, say
from server.cli.project.project_commands import opened


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
@click.option(
    "--replace-with-empty",
    is_flag=True,
    help="Let documents without a span take the place of gold that was imported with spans.",
)
@reading_options
def import_gold(
    project: str,
    corpus: Path,
    as_documents: bool,
    approved: bool,
    create_labels: bool,
    replace_with_empty: bool,
    **reading: Unpack[ReadingOptions],
) -> None:
    """Import the gold in CORPUS (JSONL or CoNLL columns) into PROJECT.

    Its documents join the training data as if they had been approved, or become documents of the
    Doccano project. Importing a file twice changes nothing; other spans of a text replace those
    that were imported before. A text that was imported in both ways counts once: from its first
    approval in Doccano, the spans there count.
    """
    from worker import import_gold as importing
    from worker.doccano_account import Patience, open_client

    if approved and not as_documents:
        raise click.UsageError("--approved needs --as-documents; other gold counts as approved")
    console = Console()
    take = partial(importing.import_gold, replace_with_empty=replace_with_empty)
    if as_documents:
        take = partial(importing.import_documents, approved=approved)
    with opened(project) as (settings, store):
        read = load_corpus(corpus, messages=console, **reading)
        client = open_client(settings, Patience.COMMAND)
        result = take(
            store, client, project, read.documents, settings, utc_now(), create_labels=create_labels
        )
        say(console, str(result))
