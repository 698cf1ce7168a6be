"""The result of a training job."""

from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainResult:
    """The result of a training job.

    `outcome` is ``promoted`` or ``refused`` after a training; ``busy`` if a training is already
    running on this machine or in this project; ``known`` if the same data was already trained on
    with the same parameters; ``nothing`` if the training side has no span. `warm_from` is the
    version that the run started from, or None if it started from scratch.
    """

    outcome: Literal["promoted", "refused", "busy", "known", "nothing"]
    reasons: tuple[str, ...] = ()
    run: int | None = None
    version: str | None = None
    warm_from: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON, the return value of the job."""
        return asdict(self)
