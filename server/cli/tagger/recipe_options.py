"""The options that the commands with a training share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ner.models.model_names import DEFAULT_BASE_MODEL
from ner.text.windows import OVERLAP, WINDOW
from ner.training.options import EPOCHS, LONG_BATCH, SHORT_BATCH

_Command = TypeVar("_Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--epochs",
        type=click.IntRange(min=1),
        help=f"Passes over the documents. [default: {EPOCHS}, more for small files]",
    ),
    click.option(
        "--learning-rate",
        type=click.FloatRange(min=0, min_open=True),
        help="[default: 3e-4 for models of up to 512 dimensions, else 5e-5]",
    ),
    click.option(
        "--batch-size",
        type=click.IntRange(min=1),
        help=f"Windows in one step. [default: {LONG_BATCH}, or {SHORT_BATCH} short ones; fewer for "
        "small files]",
    ),
    click.option(
        "--window",
        default=WINDOW,
        show_default=True,
        help="Tokens that the model sees at once. Longer documents are read in several windows; "
        "nothing is cut off.",
    ),
    click.option(
        "--overlap",
        default=OVERLAP,
        show_default=True,
        help="Tokens that neighbouring windows share.",
    ),
    click.option(
        "--word-dropout",
        type=click.FloatRange(min=0, max=1, max_open=True),
        default=0.15,
        show_default=True,
        help="Share of the tokens that are hidden in each pass, against overfitting.",
    ),
    click.option(
        "--keep-case/--lose-case",
        default=True,
        show_default=True,
        help="Give an uncased base model a cased vocabulary, or leave it uncased.",
    ),
    click.option(
        "--validation-share",
        type=click.FloatRange(min=0, max=0.5),
        default=0.0,
        show_default=True,
        help="Share of the documents to choose the best checkpoint on. With 0 all documents are "
        "trained on, and the last step is kept.",
    ),
    click.option(
        "--seed",
        type=click.IntRange(min=0),
        default=1,
        show_default=True,
        help="The same seed, documents and machine give the same result.",
    ),
)


def base_model_option(command: _Command) -> _Command:
    """Adds --base-model."""
    return click.option(
        "--base-model",
        default=DEFAULT_BASE_MODEL,
        show_default=True,
        envvar="NERLOOP_BASE_MODEL",
        show_envvar=True,
        help="Hugging Face id, folder, or `bundled` (a small English BERT that needs no download).",
    )(command)


def recipe_options(command: _Command) -> _Command:
    """Adds --epochs to --seed, under the names of the fields of `TrainingOptions`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def require_empty_output(output: Path) -> None:
    """Raises BadParameter if --output is not empty. Call it before any work."""
    from ner.errors import TrainingError
    from ner.versions.new_folder import check_output

    try:
        check_output(output)
    except TrainingError as error:
        raise click.BadParameter(str(error), param_hint="--output") from None
