"""Progress of a training, as kept in the meta of its job while it runs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class JobProgress:
    """Progress of a training; what is not known yet is None.

    `phase` names the current step in a word. `warm_from` is the version that the training continues
    from, None when it starts from the base model. `epoch` counts from 0 and may be a fraction. `f1`
    is the strict micro F1 on the validation part.
    """

    phase: str
    warm_from: str | None = None
    epoch: float | None = None
    epochs: int | None = None
    loss: float | None = None
    f1: float | None = None
    seconds_left: float | None = None

    def to_meta(self) -> dict[str, Any]:
        """Returns the fields as JSON, for the job's meta."""
        return asdict(self)

    @staticmethod
    def from_meta(meta: Mapping[str, Any]) -> "JobProgress | None":
        """Reads what `to_meta` wrote; None when the meta has no progress yet."""
        if "phase" not in meta:
            return None
        known: dict[str, Any] = {name: meta.get(name) for name in JobProgress.__dataclass_fields__}
        return JobProgress(**known)
