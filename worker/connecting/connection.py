"""The result of `worker.connecting.connect`, and the probe that it sends."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from worker.connecting.server_reach import ServerReach


class FindingLevel(StrEnum):
    """Severity of a finding. With a PROBLEM the loop does not run."""

    FINE = "fine"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """Result of one check; `text` names the remedy of a problem."""

    level: FindingLevel
    text: str


@dataclass(frozen=True, slots=True)
class Connection:
    """Findings and changes of one call.

    `admin_token` is the service token, or None unless this call has issued it.
    """

    findings: tuple[Finding, ...]
    changes: tuple[str, ...]
    annotate_url: str | None
    admin_token: str | None = field(repr=False)

    @property
    def works(self) -> bool:
        """Whether the loop can run: no finding is a PROBLEM."""
        return all(finding.level is not FindingLevel.PROBLEM for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Probe:
    """A text that the server answers with one span over its first word.

    See `server.serving.probe`. `ask(url, token)` sends it to the server from this machine, to find
    out why Doccano got no answer.
    """

    text: str
    ask: Callable[[str, str], ServerReach]
