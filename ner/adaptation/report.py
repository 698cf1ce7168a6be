"""What an adaptation did; a small file in the folder that it made says it again."""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

from ner.files import write_atomically

FILE = "adaptation.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptationReport:
    """`fingerprint` is that of the texts, whatever their order; `tokens` counts one pass over them.

    Losses are mean cross entropies of masked tokens in `held_aside` texts, which were not trained
    on; None where there were too few. `resumed_from` is the step that an earlier call had come to.
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
        """Puts the file into the folder."""
        content = asdict(self)
        # These tell of the run and not of the model, which neither changes.
        del content["seconds"], content["resumed_from"]
        write_atomically(folder / FILE, (json.dumps(content, indent=2) + "\n").encode())


def perplexity(loss: float) -> float:
    """Among how many equally likely tokens the model hesitates."""
    return math.exp(loss)
