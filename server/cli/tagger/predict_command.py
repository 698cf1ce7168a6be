"""`nerloop predict`: spans for texts from files or standard input, as JSONL."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ner.text.surrogates import has_lone_surrogate
from server.cli.corpus_options import offset_unit_option
from server.cli.model_argument import MODEL, ChosenModel
from server.cli.tagger.batches import batches
from server.cli.tagger.engine_option import predicting_engine_option
from server.cli.tagger.text_files import TEXTS, TextInput, read_texts

if TYPE_CHECKING:
    from ner.spans import Prediction


@click.command()
@click.argument("model", metavar="MODEL", type=MODEL)
@click.argument("files", metavar="[FILE]...", type=TEXTS, nargs=-1)
@click.option("--lines", is_flag=True, help="Read each line of plain text as a document.")
@click.option("--scores", is_flag=True, help='Add "scores": one from 0 to 1 for each span.')
@click.option(
    "--batch-size",
    type=click.IntRange(min=1),
    default=16,
    show_default=True,
    help="Documents to read before their spans are written; with 1, each is written at once.",
)
@click.option(
    "--ascii",
    "only_ascii",
    is_flag=True,
    help="Write other characters as \\u escapes, for programs that guess a file's encoding, as "
    "Doccano's import does unless it is set to utf-8.",
)
@predicting_engine_option
@offset_unit_option
def predict(
    model: ChosenModel,
    files: tuple[Path, ...],
    lines: bool,
    scores: bool,
    batch_size: int,
    only_ascii: bool,
    engine: str,
    offset_unit: str,
) -> None:
    """Mark spans in the texts of each FILE, or of standard input (-).

    MODEL is a model folder, or the name of a project, whose champion is then used.

    A FILE is JSONL (one object with "text" on each line), recognised by its name, .jsonl, or by its
    first line, or else plain text. Plain text is one document unless --lines is given; the model
    uses line breaks, so do not split a document into lines. Documents may have any length.

    Standard output is JSONL in UTF-8, in the same order, as Doccano imports it: "text", "label"
    with [start, end, label] for each span, and the other keys of the input line except its id,
    which Doccano would use in place of its own.
    """
    from server.cli.tagger.chosen_tagger import load_chosen

    tagger = load_chosen(model, openvino=engine == "openvino")
    for batch in batches(read_texts(files, lines=lines), batch_size):
        predictions = tagger.predict([document.text for document in batch])
        for document, prediction in zip(batch, predictions, strict=True):
            row = _row(document, prediction, scores=scores, offset_unit=offset_unit)
            click.echo(_line(row, only_ascii=only_ascii))


def _row(
    document: TextInput, prediction: "Prediction", *, scores: bool, offset_unit: str
) -> dict[str, object]:
    from ner.text.offsets import OffsetUnit, spans_from_codepoints

    spans = spans_from_codepoints(document.text, prediction.spans, OffsetUnit(offset_unit))
    triples = [[span.start, span.end, span.label] for span in spans]
    row: dict[str, object] = {"text": document.text, "label": triples, **document.rest}
    if scores:
        row["scores"] = [round(score, 4) for score in prediction.scores]
    return row


def _line(row: dict[str, object], *, only_ascii: bool) -> bytes:
    """The row as JSON in UTF-8, whatever the terminal's encoding is."""
    line = json.dumps(row, ensure_ascii=only_ascii)
    # Half a surrogate pair, which a passed-through key can have, has no form in UTF-8.
    return (json.dumps(row) if has_lone_surrogate(line) else line).encode()
