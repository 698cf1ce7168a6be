"""Everything that `nerloop up` looks at before it starts a process."""

from collections.abc import Mapping
from dataclasses import dataclass

from ner.clock import utc_now
from ner.errors import QueueError, SettingsError
from server.cli.preflight.base_models import BaseModelLook
from server.cli.preflight.champions import champions_of
from server.cli.preflight.doccano import look_at_doccano
from server.cli.preflight.room import judge_room, measure_room
from server.web.port import check_port
from worker.connecting.connection import Finding, FindingLevel
from worker.doccano_account import Patience, open_client
from worker.queue.queues import connect
from worker.settings import Settings
from worker.store.database import Store


@dataclass(frozen=True, slots=True)
class Preflight:
    """What was found, and of each project that could be looked at whether it is connected."""

    findings: tuple[Finding, ...]
    connected: Mapping[str, bool]

    @property
    def problems(self) -> list[str]:
        """What keeps the loop from running, with the remedies."""
        return [found.text for found in self.findings if found.level is FindingLevel.PROBLEM]


def look(settings: Settings, store: Store) -> Preflight:
    """Looks at port, queues, Doccano with its projects, base models, disk and memory.

    Raises SettingsError when no project or no password is set.
    """
    settings.require_projects()
    client = open_client(settings, Patience.LOOK)
    projects = sorted(settings.projects)
    base_models = BaseModelLook(settings, projects)
    findings = [*_port(settings), *_queues(settings)]
    doccano = look_at_doccano(settings, client, store, projects)
    models = _judge_models(settings, projects, base_models)
    return Preflight((*findings, *doccano.findings, *models), doccano.connected)


def look_at_models(settings: Settings, project: str) -> tuple[Finding, ...]:
    """Looks at one project's base model, and at disk and memory for it."""
    return _judge_models(settings, [project], BaseModelLook(settings, [project]))


def _judge_models(
    settings: Settings, projects: list[str], base_models: BaseModelLook
) -> tuple[Finding, ...]:
    champions = champions_of(settings, projects)
    found, known = base_models.result(champions)
    room = measure_room(settings, projects, known)
    return (*found, *judge_room(room, settings.data_dir, champions))


def _port(settings: Settings) -> list[Finding]:
    try:
        check_port(settings.server_host, settings.server_port)
    except SettingsError as error:
        return [Finding(FindingLevel.PROBLEM, str(error))]
    return []


def _queues(settings: Settings) -> list[Finding]:
    """The embedded queue server is started later, and waited for."""
    if settings.redis_url is None:
        return []
    try:
        connect(settings, clock=utc_now).ping()
    except QueueError as error:
        return [Finding(FindingLevel.PROBLEM, str(error))]
    return []
