"""`nerloop adapt`: trains a base model further on texts without annotations."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from server.cli.corpus_options import say
from server.cli.tagger.recipe_options import base_model_option, require_empty_output
from server.cli.tagger.text_files import TEXTS, read_texts

if TYPE_CHECKING:
    from ner.adaptation.report import AdaptationReport


@click.command()
@click.argument("files", metavar="[TEXTS]...", type=TEXTS, nargs=-1)
@click.option(
    "--project",
    metavar="PROJECT",
    help="Also read all documents of this project in Doccano, approved or not, except those that "
    "are held out to test models on.",
)
@click.option("--lines", is_flag=True, help="Read each line of plain text as a document.")
@base_model_option
@click.option(
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder to create for the base model; must be new or empty.",
)
@click.option(
    "--epochs",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="Passes over the texts.",
)
@click.option(
    "--minutes",
    type=click.FloatRange(min=0, min_open=True),
    help="Stop after about this time if the epochs take longer; the result then depends on the "
    "machine's speed.",
)
@click.option(
    "--learning-rate",
    type=click.FloatRange(min=0, min_open=True),
    help="[default: 5e-4 for models of up to 512 dimensions, else 1e-4]",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="The same seed, texts and machine give the same model.",
)
def adapt(
    files: tuple[Path, ...], project: str | None, lines: bool, output: Path, **chosen: Any
) -> None:
    """Train a base model further on TEXTS, without annotations, and write it to a folder.

    The model learns to predict masked words, and so the language of the documents; use as many
    documents as possible. TEXTS are JSONL (one object with "text" on each line; its other keys are
    ignored), plain text, or - for standard input. Documents may have any length. Leave out those
    that models are tested on.

    The folder is a base model for `nerloop train --base-model`. An interrupted training leaves its
    checkpoints beside the folder, in OUTPUT.adaptation, and the same command continues from them.
    """
    if not files and project is None:
        raise click.UsageError("give files with texts, - for standard input, or --project PROJECT")
    require_empty_output(output)
    messages = Console(stderr=True)
    texts = [item.text for item in read_texts(files, lines=lines)] if files else []
    if project is not None:
        texts += _project_texts(project, messages)
    report = _adapt(texts, output, chosen, messages)
    _conclude(report, output, messages)


def _project_texts(project: str, messages: Console) -> Sequence[str]:
    from datetime import UTC, datetime

    from server.cli.project.project_commands import opened
    from worker.doccano_account import Patience, open_client
    from worker.training_texts import training_texts

    with opened(project) as (settings, store):
        now = datetime.now(UTC)
        result = training_texts(
            store, open_client(settings, Patience.COMMAND), project, settings, now
        )
    say(
        messages,
        f"{project}: texts {len(result.texts)}; held-out documents left out: {result.held_out}",
    )
    return result.texts


def _adapt(
    texts: Sequence[str], output: Path, chosen: dict[str, Any], messages: Console
) -> "AdaptationReport":
    from ner.adaptation.adaptation import adapt as run_adaptation
    from ner.adaptation.options import AdaptationOptions
    from server.cli.tagger.training_display import TrainingDisplay

    target = output.absolute()
    work = target.with_name(f"{target.name}.adaptation")
    with TrainingDisplay(messages, validates=False) as display:
        report = run_adaptation(
            texts,
            options=AdaptationOptions(**chosen),
            output=target,
            work_dir=work,
            progress=display,
        )
    shutil.rmtree(work, ignore_errors=True)
    return report


def _conclude(report: "AdaptationReport", output: Path, messages: Console) -> None:
    from ner.adaptation.report import perplexity
    from worker.wording import in_words

    say(
        messages,
        f"Read {report.texts - report.held_aside} texts, {report.tokens} tokens, "
        f"in {report.steps} steps and {in_words(report.seconds)}",
    )
    if report.loss_before is not None and report.loss_after is not None:
        say(
            messages,
            f"On {report.held_aside} texts set aside: loss of masked words "
            f"{report.loss_before:.3f} before, {report.loss_after:.3f} after (perplexity "
            f"{perplexity(report.loss_before):.1f} before, {perplexity(report.loss_after):.1f} "
            "after)",
        )
    say(
        messages,
        f"The base model is in {output}. Next: nerloop train FILE --base-model {output} "
        "--output FOLDER",
    )
