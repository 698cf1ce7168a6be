"""`nerloop crossval`: scores of base models on a corpus, and its probable label errors."""

import json
import os
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource
from filelock import FileLock, Timeout
from rich.console import Console

from ner.models.model_names import DEFAULT_BASE_MODEL
from server.cli.corpus_options import FILE, ReadingOptions, reading_options, say
from server.cli.tagger.recipe_options import recipe_options

if TYPE_CHECKING:
    from ner.crossval.crossval import CrossValidation
    from ner.crossval.report import CrossvalReport
    from server.cli.crossval.crossval_corpus import CrossvalCorpus

REPORT_FILE = "crossval.json"
ERRORS_FILE = "label_errors.jsonl"
PAGE_FILE = "label_errors.html"


@click.command()
@click.argument("corpus", metavar="[CORPUS]", type=FILE, required=False)
@click.option(
    "--project", metavar="PROJECT", help="Use the training side of this project instead of a file."
)
@click.option(
    "--base-model",
    "base_models",
    multiple=True,
    help="Hugging Face id, folder, or `bundled`; may be repeated, and the others are compared with "
    f"the first.  [default: the project's, or NERLOOP_BASE_MODEL, or {DEFAULT_BASE_MODEL}]",
)
@click.option("--folds", type=click.IntRange(min=2), default=5, show_default=True)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for results and unfinished work.  [default: PROJECT.crossval, or CORPUS.crossval "
    "without the ending of CORPUS, in the working folder]",
)
@click.option(
    "--doccano-url",
    metavar="URL",
    help="With --doccano-project: the Doccano that CORPUS was exported from, for links to its "
    "documents.",
)
@click.option("--doccano-project", type=click.IntRange(min=1), help="The project's number there.")
@recipe_options
@reading_options
@click.pass_context
def crossval(
    context: click.Context,
    /,
    corpus: Path | None,
    project: str | None,
    base_models: tuple[str, ...],
    folds: int,
    output: Path | None,
    **options: Any,
) -> None:
    """Cross-validate base models on CORPUS and list its probable label errors.

    CORPUS is JSONL or CoNLL columns, as for `nerloop train`. It is split into folds, with
    near-copies in the same fold and each label spread evenly. For each fold, each base model is
    trained on the other folds and predicts the documents of this one.

    Standard output is a table of the scores. The folder gets crossval.json with all scores, and
    label_errors.html and .jsonl with the spans where the best model, trained without the document,
    contradicts the gold, the most suspicious first. After an interruption the same command
    continues where it stopped.
    """
    messages = Console(stderr=True)
    source = _source(context, corpus, project, options, messages)
    folder = output or Path(f"{source.name}.crossval")
    names = dict.fromkeys(base_models or [source.options.base_model])
    _warn_of_rare_labels(source, folds, messages)
    with _locked(folder):
        result = _cross_validate(source, [*names], folds, folder, messages)
        _conclude(result, source, folder, messages)


def _source(
    context: click.Context,
    corpus: Path | None,
    project: str | None,
    options: dict[str, Any],
    messages: Console,
) -> "CrossvalCorpus":
    from ner.training.options import TrainingOptions
    from server.cli.crossval.crossval_corpus import (
        DoccanoAddress,
        corpus_of_file,
        corpus_of_project,
    )

    if (corpus is None) is (project is None):
        raise click.UsageError("give either CORPUS or --project PROJECT")
    reading = ReadingOptions(
        offset_unit=options.pop("offset_unit"),
        skip_bad=options.pop("skip_bad"),
        token_column=options.pop("token_column"),
        tag_column=options.pop("tag_column"),
    )
    url, number = options.pop("doccano_url"), options.pop("doccano_project")
    if (url is None) is not (number is None):
        raise click.UsageError("--doccano-url and --doccano-project go together")
    if corpus is None:
        given = {name: value for name, value in options.items() if _is_given(context, name)}
        return corpus_of_project(str(project), given)
    base_model = os.environ.get("NERLOOP_BASE_MODEL", DEFAULT_BASE_MODEL)
    return corpus_of_file(
        corpus,
        reading=reading,
        options=TrainingOptions(base_model=base_model, **options),
        address=DoccanoAddress(url, number) if url else None,
        messages=messages,
    )


def _is_given(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is ParameterSource.COMMANDLINE


def _warn_of_rare_labels(source: "CrossvalCorpus", folds: int, messages: Console) -> None:
    from ner.crossval.folds import rare_labels

    rare = rare_labels(source.documents, folds=folds)
    if rare:
        listed = ", ".join(f"{label} ({count})" for label, count in rare.items())
        say(
            messages,
            f"Labels that occur in fewer different documents than there are folds: {listed}; some "
            "folds cannot score them, and a label that occurs in a single document scores 0",
        )


def _locked(folder: Path) -> AbstractContextManager[object]:
    """Locks the folder for this process. Raises ClickException if another process holds it."""
    try:
        return FileLock(folder / ".lock").acquire(blocking=False)
    except Timeout:
        raise click.ClickException(
            f"a cross-validation is running in {folder}: wait for it, or name another --output"
        ) from None


def _cross_validate(
    source: "CrossvalCorpus", names: Sequence[str], folds: int, folder: Path, messages: Console
) -> "CrossValidation":
    from ner.crossval.crossval import cross_validate
    from ner.crossval.fold_training import candidate_for, train_and_read
    from server.cli.crossval.crossval_display import CrossvalDisplay

    candidates = [candidate_for(replace(source.options, base_model=name)) for name in names]
    with CrossvalDisplay(messages, validates=source.options.validation_share > 0) as display:
        return cross_validate(
            source.documents,
            candidates,
            folds=folds,
            seed=source.options.seed,
            folder=folder,
            read=train_and_read,
            listener=display,
        )


def _conclude(
    result: "CrossValidation", source: "CrossvalCorpus", folder: Path, messages: Console
) -> None:
    from ner.crossval.report import crossval_report
    from ner.files import write_atomically
    from server.cli.crossval.crossval_table import print_report

    report = crossval_report(result)
    content = json.dumps(report.to_json(), indent=2) + "\n"
    write_atomically(folder / REPORT_FILE, content.encode())
    count = _write_label_errors(result, report, source, folder)
    print_report(report, Console())
    say(messages, f"All scores are in {folder / REPORT_FILE}")
    say(messages, f"{count} spans to review are in {folder / PAGE_FILE} and {ERRORS_FILE}")


def _write_label_errors(
    result: "CrossValidation", report: "CrossvalReport", source: "CrossvalCorpus", folder: Path
) -> int:
    from ner.crossval.label_errors import find_label_errors
    from ner.files import write_atomically
    from server.cli.crossval.label_error_page import render_page
    from server.cli.crossval.label_error_rows import rows

    best = report.best.base_model
    readings = result.readings[best]
    errors = find_label_errors(result.documents, readings)
    lines = rows(errors, result.documents, source.link)
    write_atomically(folder / ERRORS_FILE, "".join(lines).encode())
    page = render_page(
        errors,
        result.documents,
        [[judged.span for judged in reading.predicted] for reading in readings],
        corpus=source.name,
        base_model=best,
        link=source.link,
    )
    write_atomically(folder / PAGE_FILE, page.encode("utf-8", "replace"))
    return len(errors)
