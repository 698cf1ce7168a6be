"""What the commands that read or write documents share: units, bad lines, and what is said."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from rich.console import Console

    from ner.corpus.corpus import Corpus

_Command = TypeVar("_Command", bound=Callable[..., Any])

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
MODEL = click.Path(exists=True, file_okay=False, path_type=Path)
_SHOWN_LINES = 20


def offset_unit_option(command: _Command) -> _Command:
    """Adds --offset-unit."""
    return click.option(
        "--offset-unit",
        type=click.Choice(["codepoint", "utf16", "grapheme"]),
        default="codepoint",
        show_default=True,
        help="What offsets in the files count. Spans made on Doccano's screen count utf16 "
        "(an emoji is two), or grapheme where the project counts grapheme clusters; Python "
        "counts codepoint. They differ only in texts with emoji and other rare characters.",
    )(command)


def skip_bad_option(command: _Command) -> _Command:
    """Adds --skip-bad."""
    return click.option(
        "--skip-bad",
        is_flag=True,
        help="Skip lines that cannot be read, and list them, instead of stopping at the first.",
    )(command)


def load_corpus(path: Path, *, offset_unit: str, skip_bad: bool, messages: "Console") -> "Corpus":
    """Reads a corpus and says on `messages` what was skipped and what a person should look at.

    Raises CorpusError, with file and line.
    """
    from ner.corpus.corpus import read_corpus
    from ner.text.offsets import OffsetUnit

    corpus = read_corpus(path, unit=OffsetUnit(offset_unit), skip_bad=skip_bad)
    if corpus.skipped:
        say(messages, f"{path}: bad lines skipped: {len(corpus.skipped)}")
        for bad in corpus.skipped[:_SHOWN_LINES]:
            say(messages, f"  line {bad.line}: {bad.problem}")
        if len(corpus.skipped) > _SHOWN_LINES:
            say(messages, f"  and {len(corpus.skipped) - _SHOWN_LINES} more")
    for warning in corpus.warnings:
        say(messages, f"{path}: {warning} (--offset-unit)")
    return corpus


def say(messages: "Console", text: str) -> None:
    """Prints a line as it is: no markup, no colours for numbers, not wrapped."""
    messages.print(text, markup=False, highlight=False, soft_wrap=True)
