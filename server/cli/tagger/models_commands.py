"""`nerloop models`: the versions of a project and its champion."""

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape
from rich.table import Table

from ner.errors import CorruptVersion
from ner.versions.manifest import MANIFEST_FILE, Manifest
from ner.versions.registry import Registry, open_version
from ner.versions.version import Version

_DEFAULT_KEEP = 5


@dataclasses.dataclass(frozen=True, slots=True)
class _Models:
    """Finds the registries in `folder`, or in the settings' folder if it is None."""

    folder: Path | None

    def registry(self, project: str) -> Registry:
        """The project's registry. Raises SettingsError for a project that is not configured."""
        if self.folder is not None:
            return Registry(self.folder, project)
        from worker.settings import load_settings

        settings = load_settings()
        settings.project(project)
        return Registry(settings.models_dir, project)

    def keep(self, project: str) -> int:
        """The number of versions that pruning keeps by default."""
        if self.folder is not None:
            return _DEFAULT_KEEP
        from worker.settings import load_settings

        return load_settings().project(project).keep_versions


@click.group()
@click.option(
    "--models-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder with the models of all projects. Without it the folder of the settings "
    "(NERLOOP_DATA_DIR) is used, and the project must be configured.",
)
@click.pass_context
def models(context: click.Context, models_dir: Path | None) -> None:
    """List, inspect, promote, roll back, prune and add the models of a project.

    A project's models are numbered v0001, v0002, … and never change. The champion is the one that
    servers predict with; running servers load a new champion within seconds.
    """
    context.obj = _Models(models_dir)


@models.command("list")
@click.argument("project")
@click.pass_obj
def list_models(models: _Models, project: str) -> None:
    """List the models of PROJECT, oldest first."""
    registry = models.registry(project)
    names = registry.names()
    if not names:
        click.echo(f"{project} has no models yet")
        return
    current, predecessor = registry.current(), registry.predecessor()
    roles = {predecessor: "predecessor", current.version if current else None: "champion"}
    table = Table("version", "created", "documents", "F1", "base model", "role")
    for name in names:
        table.add_row(name, *_summary(registry, name), roles.get(name, ""))
    Console().print(table)


@models.command()
@click.argument("project")
@click.argument("version", required=False)
@click.pass_obj
def show(models: _Models, project: str, version: str | None) -> None:
    """Show a model's card and check its files; without VERSION, the champion's.

    Below it, every change of the champion is listed with its reason.
    """
    registry = models.registry(project)
    if version is None:
        champion = registry.champion()
        if champion is None:
            click.echo(f"{project} has no champion yet; `nerloop models promote` makes one")
            return
        version = champion.name
    verified = registry.verify(version)
    console = Console()
    console.print(
        Markdown(_without_front_matter((verified.path / "README.md").read_text(encoding="utf-8")))
    )
    console.print(
        f"\nFiles complete, in {verified.path}\n", soft_wrap=True, highlight=False, markup=False
    )
    for promotion in registry.history():
        verb = "rolled back to" if promotion.rollback else "promoted"
        console.print(
            f"{promotion.at:%Y-%m-%d %H:%M} {verb} {promotion.version}: {promotion.reason}",
            soft_wrap=True,
            highlight=False,
            markup=False,
        )


@models.command()
@click.argument("project")
@click.argument("version")
@click.option("--reason", default="promoted by hand", show_default=True, help="Reason to record.")
@click.pass_obj
def promote(models: _Models, project: str, version: str, reason: str) -> None:
    """Make VERSION the champion of PROJECT, whatever its scores."""
    registry = models.registry(project)
    current = registry.current()
    registry.promote(version, expected=current.version if current else None, reason=reason)
    click.echo(f"{version} is the champion of {project}")


@models.command()
@click.argument("project")
@click.option(
    "--reason", default="rolled back by hand", show_default=True, help="Reason to record."
)
@click.pass_obj
def rollback(models: _Models, project: str, reason: str) -> None:
    """Make the champion's predecessor the champion again; each repetition goes one further back."""
    promotion = models.registry(project).rollback(reason=reason)
    click.echo(f"{promotion.version} is the champion of {project} again, not {promotion.previous}")


@models.command()
@click.argument("project")
@click.option(
    "--keep",
    type=click.IntRange(min=0),
    help="Number of newest models to keep.  [default: the settings', or 5]",
)
@click.pass_obj
def prune(models: _Models, project: str, keep: int | None) -> None:
    """Remove old models of PROJECT; never the champion, its predecessor or the newest."""
    registry = models.registry(project)
    removed = registry.prune(models.keep(project) if keep is None else keep)
    click.echo(f"removed {', '.join(removed) or 'nothing'}; {len(registry.names())} models stay")


@models.command()
@click.argument("project")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--promote", "promoting", is_flag=True, help="Make it the champion at once.")
@click.pass_obj
def add(models: _Models, project: str, folder: Path, promoting: bool) -> None:
    """Copy the model in FOLDER into PROJECT.

    FOLDER is what `nerloop train` wrote, or any Transformers model for token classification whose
    tags are O and B-X, I-X for each label X.

    A model that is already there is not added again. With --promote it becomes the champion,
    whatever its scores. If it was trained on documents that the project holds out for testing, its
    scores there are too high.
    """
    registry = models.registry(project)
    current = registry.current()
    with _as_version(folder) as source:
        version = registry.add(source.path, _with_run_id(source))
    click.echo(f"{folder} is {version.name} of {project}")
    if promoting:
        expected = current.version if current else None
        registry.promote(version.name, expected=expected, reason=f"added by hand from {folder}")
        click.echo(f"{version.name} is the champion of {project}")


@contextmanager
def _as_version(folder: Path) -> Iterator[Version]:
    """Yields the folder as a version; if it has no manifest, a temporary version of its model."""
    if (folder / MANIFEST_FILE).exists():
        yield open_version(folder)
        return
    from ner.versions.adoption import adopt

    with TemporaryDirectory() as temporary:
        yield adopt(folder, Path(temporary))


def _with_run_id(version: Version) -> Manifest:
    """The manifest with its run id, or if it has none a hash of its files, to recognise copies."""
    content = json.dumps(sorted(version.manifest.files.items())).encode()
    run_id = version.manifest.run_id or f"files-{hashlib.sha256(content).hexdigest()[:16]}"
    return dataclasses.replace(version.manifest, run_id=run_id)


def _summary(registry: Registry, name: str) -> tuple[str, str, str, str]:
    try:
        manifest = registry.get(name).manifest
    except CorruptVersion:
        return "corrupt", "", "", ""
    created = f"{manifest.created_at:%Y-%m-%d %H:%M}"
    return created, str(manifest.documents), _f1(manifest), escape(manifest.base_model)


def _f1(manifest: Manifest) -> str:
    value: object = manifest.scores
    for key in ("strict", "micro", "f1"):
        value = value.get(key) if isinstance(value, dict) else None
    return f"{value:.3f}" if isinstance(value, float) else ""


def _without_front_matter(card: str) -> str:
    return card.split("---\n", 2)[-1]
