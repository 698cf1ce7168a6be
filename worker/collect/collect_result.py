"""The result of a collection, for the log, the command line and the result of the job."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from worker.collect.full_pull import AgreementReport


@dataclass(frozen=True, slots=True)
class CollectResult:
    """How many documents got a revision, as `new`, `changed` or `withdrawn`, and why.

    `way` is what was read: only the counts of the gate, the recently served documents, an export,
    or each document when Doccano could not export. `held_back` has the ids of documents whose
    withdrawal waits for ``--accept-withdrawals``; `dropped_spans` is how many spans could not be
    read. `reason` is a message for the user.
    """

    way: Literal["gate", "served", "export", "each document"]
    reason: str
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    held_back: tuple[str, ...] = ()
    dropped_spans: int = 0
    agreement: AgreementReport | None = None

    @property
    def revisions(self) -> int:
        """How many revisions were recorded, one a document."""
        return self.new + self.changed + self.withdrawn

    def to_json(self) -> dict[str, Any]:
        """Returns the fields as JSON."""
        return asdict(self)
