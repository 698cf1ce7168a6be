"""Where `nerloop models` finds a project's models and its store."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ner.errors import SettingsError, StoreError
from ner.versions.registry import Registry

if TYPE_CHECKING:
    from worker.store.database import Store

_DEFAULT_KEEP = 5


@dataclass(frozen=True, slots=True)
class ProjectModels:
    """Finds the registries in `folder`, or in the settings' folder if it is None."""

    folder: Path | None

    def registry(self, project: str, *, new: bool = False) -> Registry:
        """The project's registry.

        Raises SettingsError for a project that is not configured or, unless it may be `new`, has no
        models in the folder.
        """
        if self.folder is not None:
            if not new:
                self._check_folder(self.folder / project)
            return Registry(self.folder, project)
        from worker.settings import load_settings

        settings = load_settings()
        settings.project(project)
        return Registry(settings.models_dir, project)

    def _check_folder(self, models: Path) -> None:
        from worker.project_names import meant_project

        if models.is_dir():
            return
        root, project = models.parent, models.name
        known = sorted(path.name for path in root.iterdir()) if root.is_dir() else []
        meant = meant_project(project, known)
        hint = f"did you mean {meant}? " if meant else ""
        raise SettingsError(
            f"there are no models of {project!r} in {root}; {hint}(there are models of: "
            f"{', '.join(known) or 'no project'})"
        )

    def keep(self, project: str) -> int:
        """The number of versions that pruning keeps by default."""
        if self.folder is not None:
            return _DEFAULT_KEEP
        from worker.settings import load_settings

        return load_settings().project(project).keep_versions

    @contextmanager
    def store(self, project: str) -> "Iterator[Store | str]":
        """Yields the project's store, or the reason why there is none."""
        if self.folder is not None:
            yield "with --models-dir there are no held-out documents"
            return
        from server.cli.project.project_commands import configured

        with ExitStack() as stack:
            opened: Store | str
            try:
                opened = stack.enter_context(configured(project))[1]
            except StoreError as error:
                opened = str(error)
            yield opened
