"""Finds out that the champion is not on this machine although a version was promoted."""

from sqlalchemy.orm import Session

from ner.errors import RegistryError
from ner.versions.registry import Registry
from worker.store.training.runs import last_promoted


def missing_champion(s: Session, registry: Registry) -> str | None:
    """Why there is no champion that could answer, in a sentence, or None.

    No version is opened: one whose files are damaged is not missing. The server reports it.
    """
    try:
        current = registry.current()
    except RegistryError:
        return None
    if current is not None:
        if current.version in registry.names():
            return None
        return f"the champion {current.version} is not in {registry.folder} any more"
    promoted = last_promoted(s, registry.project)
    if promoted is None:
        return None
    return f"{registry.folder} has no champion, and {promoted.version} was promoted before"
