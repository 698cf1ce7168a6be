"""`nerloop check`: how a file or a project's data is read, before anything is done with it."""

from pathlib import Path

import click
from rich.console import Console

from server.cli.corpus_options import (
    FILE,
    column_options,
    load_corpus,
    offset_unit_option,
    say,
)

_SHOWN_LINES = 5


@click.command()
@click.argument("corpus", metavar="[FILE]", type=FILE, required=False)
@click.option(
    "--project", metavar="PROJECT", help="Check the approved documents of this project instead."
)
@offset_unit_option
@column_options
@click.pass_context
def check(
    context: click.Context,
    corpus: Path | None,
    project: str | None,
    offset_unit: str,
    token_column: int | None,
    tag_column: int | None,
) -> None:
    """Show how FILE (JSONL or CoNLL columns) is read, and what is suspicious about it.

    Documents, spans and labels, the longest document, duplicates, span boundaries inside words,
    and what was left out or changed. `nerloop train`, `evaluate` and `import` print the same before
    they begin. Bad lines do not end the reading; the exit status is then 1.
    """
    if (corpus is None) is (project is None):
        raise click.UsageError("give either FILE or --project PROJECT")
    if corpus is None:
        _check_project(str(project), Console())
        return
    read = load_corpus(
        corpus,
        messages=Console(),
        shown=_SHOWN_LINES,
        offset_unit=offset_unit,
        skip_bad=True,
        token_column=token_column,
        tag_column=tag_column,
    )
    if read.skipped:
        context.exit(1)


def _check_project(project: str, console: Console) -> None:
    from ner.corpus.corpus import Corpus
    from server.cli.corpus_shape import print_shape
    from server.cli.project.project_commands import configured
    from worker.store.training.datasets import load_dataset

    with configured(project) as (_, store), store.read() as session:
        dataset = load_dataset(session, project)
    documents = (*dataset.train, *dataset.held_out)
    if documents:
        print_shape(Corpus(Path(project), documents), console)
    else:
        say(console, f"{project}: no document is approved that can be used")
    for reason, count in sorted(dataset.left_out.items()):
        say(console, f"left out: {count} {reason}")
