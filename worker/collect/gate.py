"""The gate: a digest of Doccano's counts, cheap to read, that changes with each approval."""

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from ner.errors import DoccanoUnavailable
from worker.doccano.client import DoccanoClient
from worker.doccano.models import MemberProgress, ProjectProgress

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Gate:
    """Doccano's counts for a project, from three cheap requests.

    They do not show every change: moving a span's boundary alters no count. A full pull is
    therefore also made at intervals, whether or not the gate has changed.
    """

    progress: ProjectProgress
    members: tuple[MemberProgress, ...]
    distribution: Mapping[str, Mapping[str, int]] | None

    @property
    def digest(self) -> str:
        """SHA-256 of all counts, in hex; their order does not matter."""
        return _digest([*self._tick_counts, self.distribution])

    @property
    def ticks(self) -> str:
        """The digest of the numbers of documents and ticks alone."""
        return _digest(self._tick_counts)

    @property
    def spans(self) -> str:
        """The digest of the numbers of spans alone."""
        return _digest(self.distribution)

    @property
    def _tick_counts(self) -> list[object]:
        members = sorted((member.user, member.done) for member in self.members)
        return [asdict(self.progress), members]

    @property
    def approvals(self) -> int:
        """How many ticks all users have set together."""
        return sum(member.done for member in self.members)


def read_gate(client: DoccanoClient, doccano_project: int) -> Gate:
    """Reads the counts from Doccano."""
    return Gate(
        client.progress(doccano_project),
        client.member_progress(doccano_project),
        _distribution(client, doccano_project),
    )


def _digest(counts: object) -> str:
    return hashlib.sha256(json.dumps(counts, sort_keys=True).encode()).hexdigest()


def _distribution(client: DoccanoClient, doccano_project: int) -> dict[str, dict[str, int]] | None:
    try:
        return client.span_distribution(doccano_project)
    except DoccanoUnavailable:
        # Doccano 1.8.4 fails here permanently once a member who made spans was removed.
        logger.info(
            "no span distribution, edits of spans wait for a full pull project=%s", doccano_project
        )
        return None
