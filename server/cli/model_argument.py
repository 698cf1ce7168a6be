"""A value that names a model: a folder, or a project, which stands for its champion."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ner.errors import SettingsError

if TYPE_CHECKING:
    from worker.settings import Settings


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """The folder of a model, and the project whose champion it is, if it was named by that."""

    folder: Path
    project: str | None = None


class ModelPath(click.Path):
    """Converts a model folder, or the name of a project, to a `ChosenModel`.

    A folder takes precedence over the project of the same name.
    """

    name = "model"

    def __init__(self) -> None:
        super().__init__(exists=True, file_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The model. Fails for what is neither, and for a project without a champion."""
        name = str(value)
        if Path(name).name == name and not Path(name).exists():
            return ChosenModel(self._champion(name, param, ctx), project=name)
        folder = Path(str(super().convert(value, param, ctx)))
        if Path(name).name == name:
            _say_if_project(name)
        return ChosenModel(folder)

    def _champion(
        self, project: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path:
        from ner.versions.registry import Registry

        settings = _settings()
        if isinstance(settings, SettingsError):
            self.fail(
                f"there is no folder {project!r}, and no project either while the settings cannot "
                f"be read: {settings}",
                param,
                ctx,
            )
        if project not in settings.projects:
            self.fail(
                f"there is no folder {project!r}, and {_no_project(settings, project)}", param, ctx
            )
        champion = Registry(settings.models_dir, project).champion()
        if champion is None:
            self.fail(
                f"the project {project!r} has no champion yet; `nerloop status {project}` says "
                "what its first training waits for",
                param,
                ctx,
            )
        click.echo(f"the model is {champion.name}, the champion of {project}", err=True)
        return champion.path


class ModelFolder(ModelPath):
    """As `ModelPath`, for the folder alone."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The folder."""
        return super().convert(value, param, ctx).folder


MODEL = ModelPath()
MODEL_FOLDER = ModelFolder()


def _say_if_project(name: str) -> None:
    settings = _settings()
    if not isinstance(settings, SettingsError) and name in settings.projects:
        click.echo(
            f"the model is that in the folder {name}, not the champion of the project {name}; "
            f"rename the folder or work in another one to use the champion",
            err=True,
        )


def _no_project(settings: "Settings", name: str) -> str:
    try:
        settings.project(name)
    except SettingsError as error:
        return str(error)
    raise AssertionError(f"{name} is configured")


def _settings() -> "Settings | SettingsError":
    from worker.settings import load_settings

    try:
        return load_settings()
    except SettingsError as error:
        return error
