"""Whether the account may do in a Doccano project what nerloop does there."""

from dataclasses import dataclass

from ner.errors import DoccanoAuthError, DoccanoNotFound, DoccanoRejected
from worker.doccano import DoccanoClient
from worker.doccano.models import AutoLabelConfig, DoccanoProject
from worker.doccano.versions import OLDEST, TRIED, ApiFields

SHOWN_PROJECTS = 20


@dataclass(frozen=True, slots=True)
class ProjectAccess:
    """A project for spans in which the account is project_admin, with what auto-labels it."""

    project: DoccanoProject
    configs: tuple[AutoLabelConfig, ...]
    fields: ApiFields


def open_project(client: DoccanoClient, doccano_project: int) -> ProjectAccess:
    """Returns the project, or raises one of the DoccanoError tree with the cause and the remedy."""
    try:
        project = client.project(doccano_project)
    except (DoccanoAuthError, DoccanoNotFound):
        visible = client.projects()
        if doccano_project in [project.id for project in visible]:
            raise
        raise DoccanoNotFound(
            f"{client.username!r} is not a member of project {doccano_project} of Doccano at "
            f"{client.url}, or there is none; {_listed(visible)}"
        ) from None
    if not project.labels_spans:
        raise DoccanoRejected(
            f"project {doccano_project} ({project.name}) of Doccano at {client.url} is of type "
            f"{project.project_type}, and nerloop needs one of type SequenceLabeling: create one "
            "in Doccano and set doccano_project to its number"
        )
    fields = client.api_fields(doccano_project)
    _check_version(client, doccano_project, fields)
    try:
        # Only a project_admin may list them.
        configs = client.auto_labeling.configs(doccano_project)
    except DoccanoAuthError:
        raise DoccanoAuthError(
            f"{client.username!r} may not configure project {doccano_project} ({project.name}) of "
            f"Doccano at {client.url}: give it the role Project Admin there, under Members of the "
            "project"
        ) from None
    return ProjectAccess(project, configs, fields)


def _check_version(client: DoccanoClient, doccano_project: int, fields: ApiFields) -> None:
    if fields.too_old:
        raise DoccanoRejected(
            f"Doccano at {client.url} is older than {OLDEST}, by its API, and nerloop does not "
            f"work with that: it is tried with {TRIED}; update Doccano"
        )
    if fields.has_assignments and not _is_project_admin(client, doccano_project):
        raise DoccanoAuthError(
            f"{client.username!r} is not a Project Admin of project {doccano_project} of Doccano "
            f"at {client.url}, which from 1.8.5 on shows all documents to those only, not to a "
            "superuser either: give it that role there, under Members of the project"
        )


def _is_project_admin(client: DoccanoClient, doccano_project: int) -> bool:
    try:
        return client.own_membership(doccano_project).rolename == "project_admin"
    except DoccanoNotFound:
        return False


def _listed(visible: tuple[DoccanoProject, ...]) -> str:
    if not visible:
        return "it can see no project: add it to the project in Doccano as Project Admin"
    ordered = sorted(visible, key=lambda project: project.id)[:SHOWN_PROJECTS]
    names = ", ".join(f"{project.id} {project.name}" for project in ordered)
    more = f" and {len(visible) - len(ordered)} more" if len(visible) > len(ordered) else ""
    return (
        f"it can see: {names}{more}; set doccano_project to the right number, or add the account "
        "to the project in Doccano as Project Admin"
    )
