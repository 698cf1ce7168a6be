"""What `worker.connecting.connect` finds out about a project, and what it needs to do so."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from worker.connecting.server_reach import ServerReach


class FindingLevel(StrEnum):
    """How good a finding is. With a PROBLEM the loop does not run."""

    FINE = "fine"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked, in words that name the remedy."""

    level: FindingLevel
    text: str


@dataclass(frozen=True, slots=True)
class Connection:
    """What was found and what was changed. `admin_token` is there when it was made just now."""

    findings: tuple[Finding, ...]
    changes: tuple[str, ...]
    annotate_url: str | None
    admin_token: str | None = field(repr=False)

    @property
    def works(self) -> bool:
        """Whether nothing keeps the loop from running."""
        return all(finding.level is not FindingLevel.PROBLEM for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Probe:
    """The marked text that the server answers with its first word; see `server.serving.probe`.

    `ask` sends it to an address with a token from here, to tell why Doccano got no answer.
    """

    text: str
    ask: Callable[[str, str], ServerReach]
