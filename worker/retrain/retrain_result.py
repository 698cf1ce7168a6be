"""What comes of a call for a training."""

from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainResult:
    """What came of it.

    `busy`: a training runs already, here or elsewhere. `known`: this data with these parameters was
    finished before. `nothing`: the training side is empty or has no span. `warm_from` is the
    version that the run went on from, None from scratch.
    """

    outcome: Literal["promoted", "refused", "busy", "known", "nothing"]
    reasons: tuple[str, ...] = ()
    run: int | None = None
    version: str | None = None
    warm_from: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The job's result."""
        return asdict(self)
