"""`nerloop rebind`: binds a project to another Doccano, or explains what there is to decide."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import Progress

from ner.clock import utc_now
from server.cli.corpus_options import say
from server.cli.project.project_commands import opened
from worker.connecting.agreement import SMALLEST_SHARE, Agreement
from worker.store.bindings import IN_REBIND, Binding
from worker.wording import counted

if TYPE_CHECKING:
    from worker.connecting.rebind import Rebinding
    from worker.store.removal.release import Released


@click.command()
@click.argument("project")
@click.option(
    "--same-documents",
    is_flag=True,
    help="Doccano was moved, renamed or restored: its documents are the same. Their numbers and "
    "texts are compared first.",
)
@click.option(
    "--other-documents",
    is_flag=True,
    help="Doccano or its project was set up anew: the documents' numbers mean others now. What was "
    "approved stays as gold, as if it had been imported.",
)
@click.option(
    "--create-labels",
    is_flag=True,
    help="With --other-documents: create the labels of the gold that the project in Doccano lacks.",
)
@click.pass_context
def rebind(
    context: click.Context,
    project: str,
    same_documents: bool,
    other_documents: bool,
    create_labels: bool,
) -> None:
    """Say what a change of PROJECT's Doccano means.

    A document has a number that means nothing in another Doccano. nerloop therefore collects
    nothing once doccano_url or doccano_project name another one than before, until this command is
    told whether the documents are the same. Without an option it changes nothing, shows what it
    finds in that Doccano and explains the options; the exit status is then 1 if a choice is needed.
    """
    from worker.connecting.rebind import Rebinding
    from worker.doccano_account import Patience, open_client

    if same_documents and other_documents:
        raise click.UsageError("give one of --same-documents and --other-documents")
    if create_labels and not other_documents:
        raise click.UsageError("--create-labels needs --other-documents")
    console = Console()
    with opened(project) as (settings, store):
        client = open_client(settings, Patience.COMMAND)
        rebinding = Rebinding(store, client, project, settings, utc_now())
        stored, wanted = rebinding.stored, rebinding.wanted
        if stored is None and not other_documents:
            say(console, f"{project} is not bound to a Doccano yet; its first collection binds it")
        elif same_documents:
            with console.status(f"reading the documents of {wanted}"):
                agreement = rebinding.keep_documents()
            say(console, f"{project} is bound to {wanted}: {agreement}")
        elif other_documents:
            released = _release(rebinding, console, create_labels=create_labels)
            say(console, f"{project} is bound to {wanted}: {released}")
            say(console, f"run `nerloop connect {project}`")
        else:
            with console.status(f"reading the documents of {wanted}"):
                agreement = rebinding.compare()
            for line in explanation(project, stored, wanted, agreement):
                say(console, line)
            if stored != wanted:
                context.exit(1)


def _release(rebinding: "Rebinding", console: Console, *, create_labels: bool) -> "Released":
    """Lets the documents go, with a bar."""
    # Without a terminal it would leave an empty line.
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("letting documents go", total=None)
        return rebinding.release_documents(
            create_labels=create_labels,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )


def explanation(
    project: str, stored: Binding | None, wanted: Binding, agreement: Agreement
) -> Iterator[str]:
    """What was found in the Doccano of the settings, and what the options would do."""
    if stored == wanted:
        yield f"{project} is bound to {wanted}, as the settings say"
    elif stored == IN_REBIND:
        yield f"a rebind of {project} was interrupted; the settings name {wanted}"
    else:
        yield f"the documents of {project} come from {stored}; the settings name {wanted}"
    yield f"there: {counted(agreement.listed, 'document')}; {agreement}"
    same, other = "--same-documents", "--other-documents"
    if agreement.is_same:
        yield f"{same} is possible: these can be the same documents"
    else:
        yield (
            f"{same} is refused: at least {SMALLEST_SHARE:.0%} must be there with the same number "
            "and text, and all labels with the same number"
        )
    yield (
        f"nerloop rebind {project} {same}: Doccano was moved, renamed or restored; the documents "
        "keep their numbers and collecting goes on"
    )
    yield (
        f"nerloop rebind {project} {other}: Doccano or its project was set up anew; what was "
        "approved stays as gold, the numbers are let go, and documents with the same text take "
        "the place of that gold as they are approved there"
    )
