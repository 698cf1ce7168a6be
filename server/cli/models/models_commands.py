"""`nerloop models`: the versions of a project and its champion."""

from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.markdown import Markdown

from ner.files import private_umask
from ner.versions.version import Version
from server.cli.models.add_model_command import add
from server.cli.models.erased_warning import warn_of_erased
from server.cli.models.project_models import ProjectModels


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
    context.with_resource(private_umask())
    context.obj = ProjectModels(models_dir)


models.add_command(add)


@models.command("list")
@click.argument("project")
@click.pass_obj
def list_models(models: ProjectModels, project: str) -> None:
    """List the models of PROJECT, oldest first, with scores that can be compared.

    Each model's F1 is shown beside that of the champion of its time on the same documents, and on
    the documents that are held out today. The latter are computed when they are new, which takes a
    while, and kept.
    """
    from server.cli.models.listed_models import read_models
    from server.cli.models.models_table import print_models

    registry = models.registry(project)
    if not registry.names():
        click.echo(f"{project} has no models yet")
        return
    with models.store(project) as store:
        listed, today = read_models(registry, store, Console(stderr=True))
    print_models(listed, today, Console())


@models.command()
@click.argument("project")
@click.argument("version", required=False)
@click.pass_obj
def show(models: ProjectModels, project: str, version: str | None) -> None:
    """Show a model's card and check its files; without VERSION, the champion's.

    Below it, every change of the champion is listed with its reason.
    """
    registry = models.registry(project)
    if version is None:
        champion = registry.champion()
        if champion is None:
            first = f"`nerloop status {project}` says what its first training waits for"
            hint = "`nerloop models promote` makes one" if registry.names() else first
            click.echo(f"{project} has no champion yet; {hint}")
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
    for line in _comparison(models, project, verified):
        console.print(line, soft_wrap=True, highlight=False, markup=False)
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
def promote(models: ProjectModels, project: str, version: str, reason: str) -> None:
    """Make VERSION the champion of PROJECT, whatever its scores."""
    registry = models.registry(project)
    current = registry.current()
    registry.promote(version, expected=current.version if current else None, reason=reason)
    click.echo(f"{version} is the champion of {project}")
    warn_of_erased(models, project, registry.get(version))


@models.command()
@click.argument("project")
@click.option(
    "--reason", default="rolled back by hand", show_default=True, help="Reason to record."
)
@click.pass_obj
def rollback(models: ProjectModels, project: str, reason: str) -> None:
    """Make the champion's predecessor the champion again; each repetition goes one further back."""
    registry = models.registry(project)
    promotion = registry.rollback(reason=reason)
    click.echo(f"{promotion.version} is the champion of {project} again, not {promotion.previous}")
    warn_of_erased(models, project, registry.get(promotion.version))


@models.command()
@click.argument("project")
@click.option(
    "--keep",
    type=click.IntRange(min=0),
    help="Number of newest models to keep.  [default: the settings', or 5]",
)
@click.pass_obj
def prune(models: ProjectModels, project: str, keep: int | None) -> None:
    """Remove old models of PROJECT; never the champion, its predecessor or the newest."""
    from worker.wording import counted

    registry = models.registry(project)
    removed = registry.prune(models.keep(project) if keep is None else keep)
    kept = [f"{name} ({why})" for name, why in registry.never_pruned().items()]
    click.echo(
        f"removed {', '.join(removed) or 'nothing'}; {counted(len(registry.names()), 'model')} "
        f"left{'; never removed: ' * bool(kept)}{', '.join(kept)}"
    )


def _comparison(models: ProjectModels, project: str, version: Version) -> Iterator[str]:
    """A line about the champion that the version was compared with, if there was one."""
    from worker.compared_scores import compared_scores
    from worker.wording import counted

    with models.store(project) as store:
        if isinstance(store, str):
            return
        with store.read() as session:
            scores = compared_scores(session, project, version.manifest)
    if scores and scores.champion:
        yield (
            f"F1 {scores.f1:.3f}, against {scores.champion_f1:.3f} of {scores.champion}, the "
            f"champion then, on the same {counted(scores.documents, 'held-out document')}\n"
        )


def _without_front_matter(card: str) -> str:
    return card.split("---\n", 2)[-1]
