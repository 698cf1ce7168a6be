"""The cheap gate: a digest of what Doccano counts, which moves when something was approved."""

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
    """What three cheap requests say of a project.

    Not every change shows: moving a span's boundary leaves all counts as they are, which is why a
    full pull is made from time to time whatever the gate says.
    """

    progress: ProjectProgress
    members: tuple[MemberProgress, ...]
    distribution: Mapping[str, Mapping[str, int]] | None

    @property
    def digest(self) -> str:
        """SHA-256 in hex over all of it, whatever the order."""
        members = sorted((member.user, member.done) for member in self.members)
        content = json.dumps([asdict(self.progress), members, self.distribution], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()

    @property
    def approvals(self) -> int:
        """How many ticks there are, of all users."""
        return sum(member.done for member in self.members)


def look(client: DoccanoClient, doccano_project: int) -> Gate:
    """Asks Doccano for the counts."""
    return Gate(
        client.progress(doccano_project),
        client.member_progress(doccano_project),
        _distribution(client, doccano_project),
    )


def _distribution(client: DoccanoClient, doccano_project: int) -> dict[str, dict[str, int]] | None:
    try:
        return client.span_distribution(doccano_project)
    except DoccanoUnavailable:
        # Doccano 1.8.4 fails here for good once a member who made spans was removed.
        logger.info(
            "no span distribution, edits of spans wait for a full pull project=%s", doccano_project
        )
        return None
