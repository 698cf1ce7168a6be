"""`nerloop erase`: removes the texts of documents from everything that nerloop keeps."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from ner.clock import utc_now
from ner.errors import QueueError
from server.cli.project.project_commands import opened

if TYPE_CHECKING:
    from worker.erasing.plan import ErasurePlan
    from worker.queue.queues import Queues
    from worker.settings import Settings
    from worker.store.database import Store


@click.command()
@click.argument("project")
@click.argument("documents", nargs=-1, metavar="[DOCUMENT]...")
@click.option(
    "--from",
    "listed",
    type=click.File(encoding="utf-8"),
    help="A file with a DOCUMENT in each line; - reads standard input.",
)
@click.option(
    "--gold",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file that was imported: erases the documents with its texts that are not in Doccano.",
)
@click.option("--dry-run", is_flag=True, help="Only show what would be removed.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--retrain",
    is_flag=True,
    help="Then train a model from the base model, without the documents.",
)
def erase(
    project: str,
    documents: tuple[str, ...],
    listed: TextIO | None,
    gold: Path | None,
    dry_run: bool,
    yes: bool,
    retrain: bool,
) -> None:
    """Erase documents of PROJECT: no text of them stays in what nerloop keeps.

    DOCUMENT is a document's number in Doccano; for imported gold and what `nerloop rebind` let go,
    import: and at least 8 characters of the SHA-256 of its text, or a name as it is shown, such as
    released:16. Delete the documents in Doccano first: while one is approved there, or a training
    runs, nothing is erased. Shows the documents, which versions were trained or measured on them,
    and what is out of reach. Erasing again finishes what was interrupted.
    """
    from worker.doccano_account import Patience, open_client
    from worker.erasing.plan import plan_erasure

    names = [*documents, *_lines(listed), *_gold_names(gold)]
    if not names:
        raise click.UsageError("name a DOCUMENT, or give --from or --gold")
    with opened(project) as (settings, store):
        plan = plan_erasure(
            settings, store, project, names, lambda: open_client(settings, Patience.COMMAND)
        )
        _print_plan(plan)
        if dry_run:
            return
        queues = _reachable_queues(settings) if retrain else None
        if not yes:
            click.confirm("Erase?", abort=True)
        complete = _erase(settings, store, project, plan)
    if queues is not None:
        queues.enqueue("retrain", project, force=True)
        click.echo(f"a training was requested; see `nerloop status {project}`")
    if not complete:
        raise click.ClickException(
            "the store's write-ahead log may still have bytes of the texts, because another "
            "process reads the store: erase the same again, or stop nerloop"
        )


def _lines(file: TextIO | None) -> list[str]:
    return [line.strip() for line in file if line.strip()] if file else []


def _gold_names(path: Path | None) -> Iterable[str]:
    if path is None:
        return ()
    from ner.corpus.corpus import read_corpus
    from ner.hashing import exact_hash

    return [f"import:{exact_hash(document.text)}" for document in read_corpus(path).documents]


def _reachable_queues(settings: "Settings") -> "Queues":
    """The queues. Raises QueueError before anything is erased."""
    from worker.queue.queues import connect

    queues = connect(settings, clock=utc_now)
    queues.ping()
    return queues


def _print_plan(plan: "ErasurePlan") -> None:
    from worker.wording import counted

    click.echo(f"{counted(len(plan.documents), 'document')}:")
    for line in plan.described:
        click.echo(f"  {line}")
    if others := plan.documents[len(plan.described) :]:
        click.echo(f"  and {len(others)} more: {', '.join(map(str, others))}")
    rows = plan.rows
    click.echo(
        f"to be removed: the texts of {counted(rows.revisions, 'revision')}, "
        f"{counted(rows.calls, 'auto-label call')}, {counted(rows.claims, 'claim')}, samples in "
        f"{', '.join(plan.samples_in) or 'no version'}"
    )
    for use in plan.uses:
        click.echo(f"  {use}")
    for document in plan.unticked:
        click.echo(
            f"document {document} still exists in Doccano, unticked; once it is ticked, its text "
            "comes back: delete it there"
        )


def _erase(settings: "Settings", store: "Store", project: str, plan: "ErasurePlan") -> bool:
    """Erases; returns whether the database's files were rewritten whole."""
    import socket

    from worker.erasing.erasure import erase as erase_documents
    from worker.store.database.compaction import compact

    erase_documents(settings, store, project, plan.ids, host=socket.gethostname(), now=utc_now())
    complete = compact(store)
    unreached = _forget_in_redis(settings, project)
    click.echo("erased; not in reach of this command:")
    for place in (*_elsewhere(store, project, plan), *unreached):
        click.echo(f"  {place}")
    return complete


def _forget_in_redis(settings: "Settings", project: str) -> list[str]:
    """Removes the project's texts and predictions there; returns what could not be removed."""
    from worker.beforehand.forgetting import forget_texts
    from worker.redis_connection import open_redis

    try:
        forget_texts(open_redis(settings), settings, project)
    except QueueError as error:
        return [f"texts that wait in Redis to be predicted, for an hour at most: {error}"]
    return []


def _elsewhere(store: "Store", project: str, plan: "ErasurePlan") -> Iterator[str]:
    """What a command on this machine cannot reach, and what to do about it."""
    yield (
        "Doccano's exports: delete the zip files directly in its folder of media (MEDIA_ROOT, by "
        "default media in the folder of Doccano's backend)"
    )
    yield (
        "backups of nerloop, of Doccano and of the database: delete those that are older; one that "
        "is restored brings the documents back, so keep their names with the date and erase again"
    )
    if plan.learned:
        yield (
            f"the weights of {', '.join(plan.learned)}, which learned from them: `nerloop models "
            f"prune {project} --keep 0` removes all but the champion, its predecessor and the "
            "newest"
        )
    yield "a running server's memory: restart it"
    if store.engine.dialect.name == "postgresql":
        yield "PostgreSQL's write-ahead log, its archives and replicas: they keep bytes for a while"
