"""`nerloop import`: existing gold into a project, as training data or as documents in Doccano."""

from functools import partial
from pathlib import Path

import click
from rich.console import Console

from ner.clock import utc_now
from server.cli.corpus_options import FILE, load_corpus, offset_unit_option, say, skip_bad_option
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
    Doccano project. Importing a file twice changes nothing. A text that was imported in both ways
    counts once: from its first approval in Doccano, the spans there count.
    """
    from worker import import_gold as importing
    from worker.doccano_account import Patience, open_client

    if approved and not as_documents:
        raise click.UsageError("--approved needs --as-documents; other gold counts as approved")
    console = Console()
    take = importing.import_gold
    if as_documents:
        take = partial(importing.import_documents, approved=approved)
    with opened(project) as (settings, store):
        documents = load_corpus(
            corpus, offset_unit=offset_unit, skip_bad=skip_bad, messages=console
        ).documents
        client = open_client(settings, Patience.COMMAND)
        result = take(
            store, client, project, documents, settings, utc_now(), create_labels=create_labels
        )
        say(console, str(result))
