"""Warns of a champion that learned from documents that were erased."""

import click

from ner.versions.version import Version
from server.cli.models.project_models import ProjectModels


def warn_of_erased(models: ProjectModels, project: str, version: Version) -> None:
    """Prints a warning if the version learned from erased documents, or if that is unknown.

    Models in a folder of their own have no store that knows.
    """
    from worker.store.training.learned import erased_from
    from worker.wording import counted

    if models.folder is not None:
        return
    with models.store(project) as store:
        if isinstance(store, str):
            warning = f"whether {version.name} learned from erased documents is unknown: {store}"
        else:
            with store.read() as session:
                erased = erased_from(session, project, version.manifest.run_id)
            if not erased:
                return
            warning = (
                f"{version.name} learned from {counted(erased, 'document')} erased since; `nerloop "
                f"retrain {project}` trains a model without what was erased"
            )
    click.echo(f"warning: {warning}", err=True)
