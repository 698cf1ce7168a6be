"""Whether Doccano answers, lets the account in and has the projects that are configured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ner.errors import AnotherDoccano, DoccanoError, DoccanoUnavailable
from worker.bound_project import bound_project
from worker.connecting.auto_label_config import split_ours, usable_token, wanted_config
from worker.connecting.connection import Finding, FindingLevel
from worker.connecting.project_access import open_project
from worker.doccano import DoccanoClient
from worker.doccano.models import AutoLabelConfig
from worker.settings import Settings
from worker.store.database import Store
from worker.store.tokens import token_matches


@dataclass(frozen=True, slots=True)
class DoccanoLook:
    """What was found, and of each project that could be looked at whether it is connected."""

    findings: tuple[Finding, ...]
    connected: Mapping[str, bool]


def look_at_doccano(
    settings: Settings, client: DoccanoClient, store: Store, projects: Sequence[str]
) -> DoccanoLook:
    """Logs in and opens each project. A Doccano that does not answer yet is a warning."""
    findings: list[Finding] = []
    connected: dict[str, bool] = {}
    try:
        # Address and account are the same for all projects: their errors are told once.
        client.projects()
        for project in sorted(projects):
            found, is_connected = _look_at_project(settings, client, store, project)
            findings.append(found)
            if is_connected is not None:
                connected[project] = is_connected
    except DoccanoUnavailable as error:
        text = f"{error}; nerloop keeps trying while it runs"
        findings.append(Finding(FindingLevel.WARNING, text))
    except DoccanoError as error:
        findings.append(Finding(FindingLevel.PROBLEM, str(error)))
    return DoccanoLook(tuple(findings), connected)


def _look_at_project(
    settings: Settings, client: DoccanoClient, store: Store, project: str
) -> tuple[Finding, bool | None]:
    try:
        number = bound_project(store, settings, project)
    except AnotherDoccano as error:
        # What is known is trained on and served.
        return Finding(FindingLevel.WARNING, str(error)), None
    try:
        access = open_project(client, number)
    except DoccanoUnavailable:
        raise
    except DoccanoError as error:
        return Finding(FindingLevel.PROBLEM, f"project {project}: {error}"), None
    finding = Finding(
        FindingLevel.FINE,
        f"project {project}: number {number} ({access.project.name}) of Doccano at {client.url}",
    )
    return finding, _is_connected(settings, store, project, access.configs)


def _is_connected(
    settings: Settings, store: Store, project: str, configs: Sequence[AutoLabelConfig]
) -> bool:
    """Whether one configuration asks this server, with a token that the store knows."""
    ours, _ = split_ours(configs, project)
    with store.read() as session:
        token = usable_token(ours, lambda token: token_matches(session, "predict", project, token))
    if token is None:
        return False
    wanted = wanted_config(settings.resolved_server_url, project, token)
    return any(replace(wanted, id=config.id) == config for config in ours)
