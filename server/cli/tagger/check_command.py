"""`nerloop check`: how a file is read, before anything is done with it."""

from pathlib import Path

import click
from rich.console import Console

from server.cli.corpus_options import FILE, column_options, load_corpus, offset_unit_option

_SHOWN_LINES = 5


@click.command()
@click.argument("corpus", metavar="FILE", type=FILE)
@offset_unit_option
@column_options
@click.pass_context
def check(
    context: click.Context,
    corpus: Path,
    offset_unit: str,
    token_column: int | None,
    tag_column: int | None,
) -> None:
    """Show how FILE (JSONL or CoNLL columns) is read, and what is suspicious about it.

    Documents, spans and labels, the longest document, duplicates, span boundaries inside words,
    and what was left out or changed. `nerloop train`, `evaluate` and `import` print the same before
    they begin. Bad lines do not end the reading; the exit status is then 1.
    """
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
