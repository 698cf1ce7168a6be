"""A project's settings as the options of a training, and back from what a run has noted."""

from collections.abc import Mapping
from typing import Any

from ner.training_options import TrainingOptions
from worker.settings import Settings


def training_options(settings: Settings, slug: str) -> TrainingOptions:
    """What a new run of the project trains with: always from the base model.

    Raises TrainingError for a setting that makes no sense.
    """
    chosen = settings.project(slug).training
    return TrainingOptions(
        base_model=settings.base_model_of(slug),
        seed=chosen.seed,
        epochs=chosen.epochs,
        learning_rate=chosen.learning_rate,
        batch_size=chosen.batch_size,
        window=chosen.window,
        overlap=chosen.overlap,
        class_weights=chosen.class_weights,
        report_to=_integrations(settings, slug),
    )


def noted_options(parameters: Mapping[str, Any], settings: Settings, slug: str) -> TrainingOptions:
    """What a run was started with, whatever the settings say now: it resumes its checkpoints."""
    return TrainingOptions(**{**parameters, "report_to": _integrations(settings, slug)})


def _integrations(settings: Settings, slug: str) -> tuple[str, ...]:
    named = settings.project(slug).training.report_to.split(",")
    return tuple(name.strip() for name in named if name.strip() not in ("", "none"))
