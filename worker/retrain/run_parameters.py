"""Training options from a project's settings and from the parameters recorded with a run."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from ner.training.options import TrainingOptions
from ner.versions.label_names import renamed_labels
from ner.versions.registry import Registry
from worker.settings import Settings
from worker.store.training.runs import Run


def training_options(settings: Settings, project: str) -> TrainingOptions:
    """The options of a new run of the project that starts from the base model.

    Raises TrainingError for a setting outside its valid range.
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


def recorded_options(
    parameters: Mapping[str, Any],
    settings: Settings,
    registry: Registry,
    label_names: Mapping[str, str],
) -> TrainingOptions:
    """The options that a run was started with, from the `parameters` recorded in the store.

    `label_names` is ``{key: name}`` of the labels in the run's documents.

    A resumed run keeps them even if the settings have changed, because its checkpoints depend on
    them (but see `is_outdated`). Recorded options that no longer exist are ignored.

    Raises VersionNotFound when the version that the run starts from no longer exists.
    """
    name = parameters.get("warm_from")
    version = registry.get(name) if name else None
    existing = {option.name for option in fields(TrainingOptions)}
    return TrainingOptions(
        **{
            **{name: value for name, value in parameters.items() if name in existing},
            "warm_from": version.path if version else None,
            "renamed": renamed_labels(version.manifest, label_names) if version else {},
            "report_to": _integrations(settings, registry.project),
        }
    )


def with_same_start(options: TrainingOptions, parameters: Mapping[str, Any]) -> TrainingOptions:
    """Returns `options`, which start from scratch, with the start recorded in `parameters`."""
    version = parameters.get("warm_from")
    return options.continuing_from(Path(version)) if version else options


def changed_settings(options: TrainingOptions, parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """The sorted names of the recorded `parameters` that differ from those of `options`.

    Both are compared for the same kind of start, since a warm start changes some of the options.
    """
    current = with_same_start(options, parameters).parameters
    names = sorted(current.keys() | parameters.keys())
    return tuple(name for name in names if current.get(name) != parameters.get(name))


def is_outdated(run: Run, options: TrainingOptions) -> bool:
    """Whether an unfinished run was interrupted by an error and its settings have changed since.

    With its own settings it may never succeed; `options` are those of a new run from scratch.
    """
    return run.error is not None and bool(changed_settings(options, run.parameters))


def _integrations(settings: Settings, project: str) -> tuple[str, ...]:
    names = settings.project(project).training.report_to.split(",")
    return tuple(name.strip() for name in names if name.strip() not in ("", "none"))
