"""Options and messages that the commands for corpora share: how a file is read."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, Unpack

import click

if TYPE_CHECKING:
    from rich.console import Console

    from ner.corpus.corpus import Corpus

_Command = TypeVar("_Command", bound=Callable[..., Any])

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SHOWN_LINES = 20
# The key under which a command's context keeps that the hint was given.
_OFFSET_HINT = f"{__name__}.offset_hint"


class ReadingOptions(TypedDict):
    """How a file is read: the values of the options that `reading_options` adds."""

    offset_unit: str
    skip_bad: bool
    token_column: int | None
    tag_column: int | None


def reading_options(command: _Command) -> _Command:
    """Adds the options of `ReadingOptions`."""
    return offset_unit_option(column_options(skip_bad_option(command)))


def offset_unit_option(command: _Command) -> _Command:
    """Adds --offset-unit."""
    return click.option(
        "--offset-unit",
        type=click.Choice(["codepoint", "utf16", "grapheme"]),
        default="codepoint",
        show_default=True,
        help="Unit of the offsets in the files. Doccano's screen counts utf16 (an emoji is two "
        "units), or grapheme if the project counts grapheme clusters; Python counts codepoint. "
        "The units differ only in texts with emoji and other rare characters.",
    )(command)


def column_options(command: _Command) -> _Command:
    """Adds --token-column and --tag-column."""
    for name, what in (("--tag-column", "gold tags"), ("--token-column", "tokens")):
        command = click.option(
            name,
            type=click.IntRange(min=1),
            help=f"Column of the {what} in CoNLL columns, from 1.  [default: found by looking]",
        )(command)
    return command


def skip_bad_option(command: _Command) -> _Command:
    """Adds --skip-bad."""
    return click.option(
        "--skip-bad",
        is_flag=True,
        help="Leave out documents with lines that cannot be read, and list them, instead of "
        "stopping at the first.",
    )(command)


def load_corpus(
    path: Path,
    *,
    messages: "Console",
    shown: int = _SHOWN_LINES,
    **reading: Unpack[ReadingOptions],
) -> "Corpus":
    """Reads a corpus and prints on `messages` what it looks like and what was left out of it.

    Of the bad lines `shown` are listed. A command says once that offsets may be in another unit,
    however many files it reads. Raises CorpusError, with file and line.
    """
    from ner.corpus.columns import ChosenColumns
    from ner.corpus.corpus import read_corpus
    from ner.text.offsets import OffsetUnit
    from server.cli.corpus_shape import print_shape

    corpus = read_corpus(
        path,
        unit=OffsetUnit(reading["offset_unit"]),
        skip_bad=reading["skip_bad"],
        columns=ChosenColumns(reading["token_column"], reading["tag_column"]),
    )
    print_shape(corpus, messages)
    for bad in corpus.skipped[:shown]:
        say(messages, f"  line {bad.line}: {bad.problem}")
    if len(corpus.skipped) > shown:
        say(messages, f"  and {len(corpus.skipped) - shown} more")
    context = click.get_current_context(silent=True)
    said = context.meta if context else {}
    if corpus.warnings and not said.get(_OFFSET_HINT):
        said[_OFFSET_HINT] = True
        say(messages, f"{path}: {corpus.warnings[0]} (--offset-unit)")
    return corpus


def warn_without_spans(corpus: "Corpus", messages: "Console") -> None:
    """Says that the corpus cannot be scored on, if it has no span."""
    from worker.wording import counted

    if not any(document.spans for document in corpus.documents):
        size = counted(len(corpus.documents), "document")
        say(
            messages,
            f"{corpus.path}: no span in {size}, so every score is 0 whatever the model finds; "
            "score on documents with gold spans",
        )


def say(messages: "Console", text: str) -> None:
    """Prints a line without markup, highlighting or wrapping."""
    messages.print(text, markup=False, highlight=False, soft_wrap=True)
