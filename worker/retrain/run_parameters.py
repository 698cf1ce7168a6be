"""A project's settings as the options of a training, and back from what a run has noted."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from ner.training.options import TrainingOptions
from ner.versions.registry import Registry
from worker.settings import Settings


def training_options(settings: Settings, project: str) -> TrainingOptions:
    """What a new run of the project trains with from scratch, from the base model.

    Raises TrainingError for a setting that makes no sense.
    """
    chosen = settings.project(project).training
    return TrainingOptions(
        base_model=settings.base_model_of(project),
        seed=chosen.seed,
        epochs=chosen.epochs,
        learning_rate=chosen.learning_rate,
        batch_size=chosen.batch_size,
        window=chosen.window,
        overlap=chosen.overlap,
        report_to=_integrations(settings, project),
    )


def noted_options(
    parameters: Mapping[str, Any], settings: Settings, registry: Registry
) -> TrainingOptions:
    """What a run was started with, whatever the settings say now: it resumes its checkpoints.

    Of what an older nerloop noted, options that are no more are passed over.

    Raises VersionNotFound when the version that it goes on from is there no more.
    """
    version = parameters.get("warm_from")
    known = {option.name for option in fields(TrainingOptions)}
    return TrainingOptions(
        **{
            **{name: value for name, value in parameters.items() if name in known},
            "warm_from": registry.get(version).path if version else None,
            "report_to": _integrations(settings, registry.project),
        }
    )


def started_alike(options: TrainingOptions, parameters: Mapping[str, Any]) -> TrainingOptions:
    """`options`, which are from scratch, for a run that goes on from what `parameters` went on."""
    version = parameters.get("warm_from")
    return options.going_on_from(Path(version)) if version else options


def other_settings(options: TrainingOptions, parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the parameters that are not what these options would have made them."""
    ours = started_alike(options, parameters).parameters
    names = sorted(ours.keys() | parameters.keys())
    return tuple(name for name in names if ours.get(name) != parameters.get(name))


def _integrations(settings: Settings, project: str) -> tuple[str, ...]:
    named = settings.project(project).training.report_to.split(",")
    return tuple(name.strip() for name in named if name.strip() not in ("", "none"))
