"""Options and messages that the commands for corpora share: offset units and bad lines."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from rich.console import Console

    from ner.corpus.corpus import Corpus

_Command = TypeVar("_Command", bound=Callable[..., Any])

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SHOWN_LINES = 20
# The key under which a command's context keeps that the hint was given.
_OFFSET_HINT = f"{__name__}.offset_hint"


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


def skip_bad_option(command: _Command) -> _Command:
    """Adds --skip-bad."""
    return click.option(
        "--skip-bad",
        is_flag=True,
        help="Skip lines that cannot be read, and list them, instead of stopping at the first.",
    )(command)


def load_corpus(path: Path, *, offset_unit: str, skip_bad: bool, messages: "Console") -> "Corpus":
    """Reads a corpus and prints the skipped lines and the warnings on `messages`.

    A command says once that offsets may be in another unit, however many files it reads. Raises
    CorpusError, with file and line, and for a file without any document.
    """
    from ner.corpus.corpus import read_corpus
    from ner.errors import CorpusError
    from ner.text.offsets import OffsetUnit

    corpus = read_corpus(path, unit=OffsetUnit(offset_unit), skip_bad=skip_bad)
    if corpus.skipped:
        say(messages, f"{path}: bad lines skipped: {len(corpus.skipped)}")
        for bad in corpus.skipped[:_SHOWN_LINES]:
            say(messages, f"  line {bad.line}: {bad.problem}")
        if len(corpus.skipped) > _SHOWN_LINES:
            say(messages, f"  and {len(corpus.skipped) - _SHOWN_LINES} more")
    if not corpus.documents:
        raise CorpusError(
            f"{path} has no document: each of its lines was skipped; correct them"
            if corpus.skipped
            else f"{path} has no document: it is empty; name a file with at least one"
        )
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
