"""Whether the settings still name the Doccano that a project's documents come from.

Everything that asks Doccano about a project's documents asks here for the project's number.
"""

from sqlalchemy.orm import Session

from ner.errors import AnotherDoccano
from worker.doccano.address import normalised
from worker.settings import Settings
from worker.store.bindings import IN_REBIND, Binding, get_binding, save_binding
from worker.store.database import Store
from worker.store.database.locks import take_lock


def settings_binding(settings: Settings, project: str) -> Binding:
    """The binding that the settings ask for. Raises SettingsError for an unknown project."""
    number = settings.project(project).doccano_project
    return Binding(normalised(str(settings.doccano_url)), number)


def bound_project(store: Store, settings: Settings, project: str) -> int:
    """The project's number in Doccano.

    Raises AnotherDoccano when the project is bound to another Doccano than that of the settings.
    """
    with store.read() as s:
        check_binding(s, settings, project)
    return settings.project(project).doccano_project


def check_binding(s: Session, settings: Settings, project: str) -> None:
    """Raises AnotherDoccano as `bound_project` does."""
    refusal = difference(s, settings, project)
    if refusal is not None:
        raise AnotherDoccano(refusal)


def bind(s: Session, settings: Settings, project: str) -> None:
    """Binds a project that is not bound yet. Raises AnotherDoccano as `bound_project` does."""
    take_lock(s, "project", project)
    check_binding(s, settings, project)
    if get_binding(s, project) is None:
        save_binding(s, project, settings_binding(settings, project))


def difference(s: Session, settings: Settings, project: str) -> str | None:
    """What the settings say of Doccano that the binding does not, in a sentence, or None."""
    stored, wanted = get_binding(s, project), settings_binding(settings, project)
    if stored == IN_REBIND:
        return (
            f"`nerloop rebind {project}` was interrupted: nothing is collected until it is run to "
            "its end"
        )
    if stored in (None, wanted):
        return None
    return (
        f"the documents of {project} come from {stored}, and the settings name {wanted}: nothing "
        "is collected until the settings are as before (doccano_url, doccano_project), or "
        f"`nerloop rebind {project}` is told what the change means"
    )
