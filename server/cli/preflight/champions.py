"""The champions that answer whatever keeps trainings from running, and the findings about these."""

from collections.abc import Iterable, Mapping

from ner.errors import RegistryError
from ner.versions.registry import Registry
from worker.connecting.connection import Finding, FindingLevel
from worker.settings import Settings


def champions_of(settings: Settings, projects: Iterable[str]) -> dict[str, str]:
    """Returns the champion's version of each of these projects that has a readable one."""
    champions: dict[str, str] = {}
    for project in sorted(projects):
        try:
            version = Registry(settings.models_dir, project).champion()
        except RegistryError:  # the server reports it
            continue
        if version is not None:
            champions[project] = version.name
    return champions


def training_finding(text: str, champions: Mapping[str, str], *, fails: str) -> Finding:
    """A finding about what `fails`, a training: a problem only where no champion answers."""
    if not champions:
        return Finding(FindingLevel.PROBLEM, text)
    names = ", ".join(f"{version} of {project}" for project, version in champions.items())
    answering = f"champion {names} answers" if len(champions) == 1 else f"champions {names} answer"
    return Finding(FindingLevel.WARNING, f"{text}; the {answering}, {fails} will fail")
