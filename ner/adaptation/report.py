"""The report of an adaptation, which is also a file in the folder that it writes."""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

from ner.files import write_atomically

FILE = "adaptation.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptationReport:
    """Inputs and results of an adaptation.

    `fingerprint` is that of the texts, whatever their order; `tokens` counts one epoch. Losses are
    mean cross entropies of masked tokens in `held_aside` texts, which were not trained on; None
    where there were too few. `resumed_from` is the step from which a killed training resumed, None
    when it ran in one go.
    """

    base_model: str
    fingerprint: str
    texts: int
    held_aside: int
    tokens: int
    window: int
    seed: int
    epochs: int
    steps: int
    learning_rate: float
    loss_before: float | None
    loss_after: float | None
    seconds: float
    resumed_from: int | None = None

    def write(self, folder: Path) -> None:
        """Writes the file into the folder."""
        content = asdict(self)
        # These describe the run and not the model, which does not depend on them.
        del content["seconds"], content["resumed_from"]
        write_atomically(folder / FILE, (json.dumps(content, indent=2) + "\n").encode())


def perplexity(loss: float) -> float:
    """The perplexity of a mean cross entropy: its exponential."""
    return math.exp(loss)
