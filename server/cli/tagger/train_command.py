"""`nerloop train`: trains a tagger on a file."""

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from server.cli.corpus_options import (
    FILE,
    ReadingOptions,
    load_corpus,
    reading_options,
    say,
    warn_without_spans,
)
from server.cli.model_argument import MODEL_FOLDER
from server.cli.tagger.engine_option import engine_option
from server.cli.tagger.recipe_options import base_model_option, recipe_options, require_empty_output

if TYPE_CHECKING:
    from ner.corpus.corpus import Corpus
    from ner.spans import Document
    from ner.training.report import TrainingReport
    from ner.versions.version import Version
    from server.cli.tagger.training_display import TrainingDisplay

_SHOWN_ITEMS = 5


@click.command()
@click.argument("corpus", metavar="TRAIN", type=FILE)
@click.option(
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder to create for the model; must be new or empty.",
)
@click.option(
    "--dev",
    type=FILE,
    help="Documents to score the finished model on; the scores do not influence the training.",
)
@base_model_option
@click.option(
    "--warm-from",
    type=MODEL_FOLDER,
    help="Continue from the weights of this model folder, or of this project's champion: train on "
    "the documents of TRAIN that are new to it and on a replay of the rest, at a lower learning "
    "rate. Labels may differ.",
)
@recipe_options
@click.option(
    "--report-to",
    multiple=True,
    metavar="NAME",
    help="Also report to mlflow, tensorboard or trackio, where installed; may be repeated.",
)
@engine_option(
    "What computes the predictions of the model: OpenVINO, for which it is exported at the end, or "
    "torch, which needs no export and is slower."
)
@reading_options
def train(
    corpus: Path,
    output: Path,
    dev: Path | None,
    offset_unit: str,
    skip_bad: bool,
    token_column: int | None,
    tag_column: int | None,
    engine: str,
    **chosen: Any,
) -> None:
    """Train a tagger on the documents of TRAIN and write it to a folder.

    TRAIN is JSONL with "text" and "label" ([[start, end, label], …]), as Doccano exports it, an
    export of Prodigy or Label Studio, or CoNLL columns (IOB1, IOB2 or BILUO). The labels are those
    that occur in it.

    The folder holds a plain Hugging Face model, a model card and what `nerloop evaluate`,
    `nerloop predict` and `nerloop models add` need. An interrupted training leaves its checkpoints
    beside the folder, in OUTPUT.training, and the same command continues from them.
    """
    messages = Console(stderr=True)
    require_empty_output(output)
    reading = ReadingOptions(
        offset_unit=offset_unit,
        skip_bad=skip_bad,
        token_column=token_column,
        tag_column=tag_column,
    )
    training = load_corpus(corpus, messages=messages, **reading)
    dev_corpus = dev and load_corpus(dev, messages=messages, **reading)
    if dev_corpus:
        warn_without_spans(dev_corpus, messages)
        _report_leaks(training, dev_corpus, messages)
    dev_documents = dev_corpus.documents if dev_corpus else ()
    try:
        report = _train(training.documents, output, dev_documents, chosen, engine, messages)
    except OSError as error:
        raise click.ClickException(
            f"{error}; the same command continues from the last checkpoint"
        ) from error
    _conclude(report, output, messages)


def _train(
    documents: Sequence["Document"],
    output: Path,
    dev: Sequence["Document"],
    chosen: dict[str, Any],
    engine: str,
    messages: Console,
) -> "TrainingReport":
    """Trains the model beside `output` and moves it there when it is complete."""
    from ner.training.options import TrainingOptions
    from ner.training.training import train as run_training
    from ner.training.versioning import write_version
    from server.cli.tagger.training_display import TrainingDisplay

    target = output.absolute()
    work = target.with_name(f"{target.name}.training")
    finished = work / "model"
    shutil.rmtree(finished, ignore_errors=True)
    with TrainingDisplay(messages, validates=chosen["validation_share"] > 0) as display:
        report = run_training(
            documents,
            options=TrainingOptions(**chosen),
            output=finished,
            work_dir=work / "checkpoints",
            dev=dev,
            progress=display,
        )
        version = write_version(finished, report, created_at=datetime.now(UTC), samples=documents)
        if engine == "openvino":
            _export(version, documents, dev, display)
    finished.rename(target)
    shutil.rmtree(work, ignore_errors=True)
    return report


def _export(
    version: "Version",
    documents: Sequence["Document"],
    dev: Sequence["Document"],
    display: "TrainingDisplay",
) -> None:
    from ner.training.exporting import export_version

    texts = [document.text for document in documents]
    export_version(
        version, documents=dev or documents, texts=texts, held_out=bool(dev), progress=display
    )


def _conclude(report: "TrainingReport", output: Path, messages: Console) -> None:
    from ner.versions.version import open_version
    from server.cli.tagger.scores_table import print_scores
    from server.cli.tagger.training_display import say_precision, say_report

    say_report(report, messages)
    say_precision(open_version(output).manifest.checks, messages)
    if report.dev:
        print_scores(report.dev, messages)
    say(messages, f"The model is in {output}. Next: nerloop predict {output} FILE")


def _report_leaks(training: "Corpus", dev: "Corpus", messages: Console) -> None:
    from ner.hashing import text_hash

    known = {text_hash(document.text) for document in training.documents}
    leaked = [document.id for document in dev.documents if text_hash(document.text) in known]
    if leaked:
        shown = ", ".join(leaked[:_SHOWN_ITEMS])
        say(
            messages,
            f"{dev.path}: documents that are also in the training file: {len(leaked)}, {shown}; "
            "the scores on this file will be too high",
        )
