"""Whether the base models can be had, found out in processes of their own, which import torch."""

import subprocess
import sys
from collections.abc import Mapping, Sequence

from ner.errors import BaseModelError
from ner.models.base_model_facts import BaseModelFacts, BaseModelOrigin, facts_from_json
from server.cli.preflight.champions import training_finding
from worker.connecting.connection import Finding, FindingLevel
from worker.settings import Settings

_WORDS = {
    BaseModelOrigin.PACKAGE: "from its package",
    BaseModelOrigin.FOLDER: "from its folder",
    BaseModelOrigin.HUB_CACHE: "from this machine's cache of Hugging Face's Hub",
    BaseModelOrigin.HUB: "which the first training downloads from Hugging Face's Hub",
}


class BaseModelLook:
    """Looks at every base model of these projects; the processes run until `result` is called."""

    def __init__(self, settings: Settings, projects: Sequence[str]) -> None:
        self._users: dict[str, list[str]] = {}
        for project in sorted(projects):
            self._users.setdefault(settings.base_model_of(project), []).append(project)
        self._processes = {name: _start(name) for name in self._users}

    def result(
        self, champions: Mapping[str, str]
    ) -> tuple[tuple[Finding, ...], Mapping[str, BaseModelFacts]]:
        """Returns a finding for each base model, and the facts of those that can be had."""
        findings: list[Finding] = []
        known: dict[str, BaseModelFacts] = {}
        for name, process in self._processes.items():
            printed, errors = process.communicate()
            try:
                if process.returncode != 0:
                    status = f"its check ended with status {process.returncode}"
                    last = (errors.strip().splitlines() or [status])[-1]
                    raise BaseModelError(_explain(name, last))
                known[name] = facts_from_json(printed)
            except BaseModelError as error:
                users = ", ".join(self._users[name])
                text = f"{error} (base_model of {users})"
                fails = "the next training from scratch"
                findings.append(training_finding(text, champions, fails=fails))
            else:
                findings.append(Finding(FindingLevel.FINE, _describe(known[name])))
        return tuple(findings), known


def _start(name: str) -> subprocess.Popen[str]:
    # -P: a folder `ner` in the working directory must not be imported.
    command = [sys.executable, "-P", "-m", "ner.models.base_model_facts", name]
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    )


def _explain(name: str, error: str) -> str:
    if error.startswith("ModuleNotFoundError"):
        return (
            f"base model {name!r} cannot be read, because a package is missing ({error}): install "
            "nerloop again as README.md says, torch with `pip install -c constraints.txt torch`"
        )
    return f"base model {name!r} cannot be read: {error}"


def _describe(facts: BaseModelFacts) -> str:
    from humanize import naturalsize

    size = "of unknown size" if facts.weights_bytes is None else naturalsize(facts.weights_bytes)
    return f"base model {facts.name}: {facts.kind}, {size}, {_WORDS[facts.origin]}"
