"""`nerloop models add`: copies a model from a folder into a project."""

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from ner.versions.manifest import MANIFEST_FILE, Manifest
from ner.versions.version import Version, open_version
from server.cli.models.erased_warning import warn_of_erased
from server.cli.models.project_models import ProjectModels


@click.command()
@click.argument("project")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--promote", "promoting", is_flag=True, help="Make it the champion at once.")
@click.pass_obj
def add(models: ProjectModels, project: str, folder: Path, promoting: bool) -> None:
    """Copy the model in FOLDER into PROJECT.

    FOLDER is what `nerloop train` wrote, or any Transformers model for token classification whose
    tags are O and B-X, I-X for each label X.

    A model that is already there is not added again. With --promote it becomes the champion,
    whatever its scores. If it was trained on documents that the project holds out for testing, its
    scores there are too high.
    """
    registry = models.registry(project, new=True)
    current = registry.current()
    with _as_version(folder) as source:
        version = registry.add(source.path, _with_run_id(source))
    click.echo(f"{folder} is {version.name} of {project}")
    if promoting:
        expected = current.version if current else None
        registry.promote(version.name, expected=expected, reason=f"added by hand from {folder}")
        click.echo(f"{version.name} is the champion of {project}")
        warn_of_erased(models, project, version)


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
