"""`nerloop predict`: spans for texts from files or standard input, as JSONL."""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from server.cli.batches import batches
from server.cli.corpus_options import MODEL, offset_unit_option

if TYPE_CHECKING:
    from ner.spans import Prediction

_JSONL_SUFFIXES = (".jsonl", ".ndjson", ".json")


@dataclass(frozen=True, slots=True)
class _Input:
    """A text, and what else its line of JSON said; that is passed through."""

    text: str
    rest: Mapping[str, object] = field(default_factory=dict)


STANDARD_INPUT = Path("-")
TEXTS = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


@click.command()
@click.argument("folder", metavar="DIR", type=MODEL)
@click.argument("files", metavar="[FILE]...", type=TEXTS, nargs=-1)
@click.option("--lines", is_flag=True, help="Take each line of plain text as a document.")
@click.option("--scores", is_flag=True, help='Add "scores": one between 0 and 1 for each span.')
@click.option(
    "--batch-size",
    type=click.IntRange(min=1),
    default=16,
    show_default=True,
    help="Documents read before their spans are written; 1 answers line by line.",
)
@offset_unit_option
def predict(
    folder: Path,
    files: tuple[Path, ...],
    lines: bool,
    scores: bool,
    batch_size: int,
    offset_unit: str,
) -> None:
    """Mark spans in the texts of each FILE, or of standard input (-), with the model in DIR.

    A FILE is JSONL (one object with "text" on each line; by its name, .jsonl, or by its first
    line) or plain text, which is one document unless --lines is given: the model sees line breaks,
    so do not cut a document into lines. Documents may have any length.

    Standard output is JSONL in the same order, as Doccano imports it: "text", "label" with
    [start, end, label] for each span, and what else the line of input said, except its id, which
    Doccano would put in place of its own.
    """
    from ner.tagger import Tagger

    tagger = Tagger.load(folder)
    for batch in batches(_inputs(files, lines=lines), batch_size):
        predictions = tagger.predict([each.text for each in batch])
        for each, prediction in zip(batch, predictions, strict=True):
            click.echo(_line(each, prediction, scores=scores, offset_unit=offset_unit))


def _inputs(files: tuple[Path, ...], *, lines: bool) -> Iterator[_Input]:
    for path in files or (STANDARD_INPUT,):
        if path == STANDARD_INPUT:
            yield from _read(sys.stdin.buffer, "standard input", lines=lines)
            continue
        with path.open("rb") as file:
            is_jsonl = path.suffix.lower() in _JSONL_SUFFIXES
            yield from _read(file, str(path), lines=lines, is_jsonl=is_jsonl)


def _read(file: BinaryIO, name: str, *, lines: bool, is_jsonl: bool = False) -> Iterator[_Input]:
    """The documents of one file, read as they are needed unless it is one plain text."""
    first = file.readline()
    rows = enumerate(chain([first] if first else [], file), start=1)
    if is_jsonl or _is_jsonl(first):
        for number, row in rows:
            if row.strip():
                yield _from_json(row, f"{name}, line {number}")
    elif lines:
        for number, row in rows:
            if row.strip():
                yield _Input(_decoded(row, f"{name}, line {number}").rstrip("\r\n"))
    elif first:
        yield _Input(_decoded(first + file.read(), name))


def _is_jsonl(line: bytes) -> bool:
    try:
        row = json.loads(line)
    except ValueError:
        return False
    return isinstance(row, dict) and "text" in row


def _from_json(row: bytes, where: str) -> _Input:
    try:
        content = json.loads(_decoded(row, where))
    except json.JSONDecodeError as error:
        raise click.ClickException(
            f"{where}: not JSON ({error}); expected an object with a text"
        ) from None
    from ner.jsonl import RESERVED_KEYS

    text = content.get("text") if isinstance(content, dict) else None
    if not isinstance(text, str):
        raise click.ClickException(f'{where}: expected an object whose "text" is a string')
    if not _is_unicode(text):
        raise click.ClickException(f"{where}: the text has half a surrogate pair; mend the file")
    return _Input(text, {key: content[key] for key in content.keys() - RESERVED_KEYS})


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _decoded(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.ClickException(
            f"{where}: not UTF-8 ({error.reason}); convert the file first"
        ) from None


def _line(document: _Input, prediction: "Prediction", *, scores: bool, offset_unit: str) -> str:
    from ner.offsets import OffsetUnit, spans_from_codepoints

    spans = spans_from_codepoints(document.text, prediction.spans, OffsetUnit(offset_unit))
    triples = [[span.start, span.end, span.label] for span in spans]
    row: dict[str, object] = {"text": document.text, "label": triples, **document.rest}
    if scores:
        row["scores"] = [round(score, 4) for score in prediction.scores]
    # ASCII, because Doccano's import guesses encodings wrongly.
    return json.dumps(row)
