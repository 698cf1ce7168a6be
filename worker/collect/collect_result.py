"""What a pull came to, for the log, the command line and the dashboard."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from worker.collect.full_pull import AgreementReport


@dataclass(frozen=True, slots=True)
class CollectResult:
    """How many documents became new, changed and withdrawn revisions, and why.

    `way` says what was looked at: only the counts of the gate, the documents lately served, an
    export, or each document where Doccano could not export. `held_back` names documents whose
    withdrawal waits for ``--accept-withdrawals``; `dropped_spans` could not be read. `reason` is a
    sentence for people.
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
        """How many documents changed in the store."""
        return self.new + self.changed + self.withdrawn

    def to_json(self) -> dict[str, Any]:
        """The same as JSON."""
        return asdict(self)
