"""How far a training is, as its job says while it runs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class JobProgress:
    """`phase` is what is being done in a word; `epoch` counts from 0 and may be a fraction.

    `warm_from` is the version that the training goes on from, None from scratch. `f1` is the strict
    micro F1 on the validation part. What is not known yet is None.
    """

    phase: str
    warm_from: str | None = None
    epoch: float | None = None
    epochs: int | None = None
    loss: float | None = None
    f1: float | None = None
    seconds_left: float | None = None

    def to_meta(self) -> dict[str, Any]:
        """What stands in the job's meta, as JSON."""
        return asdict(self)

    @staticmethod
    def from_meta(meta: Mapping[str, Any]) -> "JobProgress | None":
        """Reads what `to_meta` wrote; None when there is none yet."""
        if "phase" not in meta:
            return None
        known: dict[str, Any] = {name: meta.get(name) for name in JobProgress.__dataclass_fields__}
        return JobProgress(**known)
