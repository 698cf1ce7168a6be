"""The option of commands that predict: what computes the predictions."""

from collections.abc import Callable
from typing import Any

import click


def engine_option(meaning: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds `--engine`, "openvino" or "torch", with this help text."""
    return click.option(
        "--engine",
        type=click.Choice(["openvino", "torch"]),
        default="openvino",
        envvar="NERLOOP_ENGINE",
        show_envvar=True,
        show_default=True,
        help=meaning,
    )


predicting_engine_option = engine_option(
    "What computes the predictions: OpenVINO in the fastest precision that is right on this "
    "machine, if the model was exported for it, or torch."
)
