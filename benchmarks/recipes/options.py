"""The parameters of the recipes that are compared with, and nerloop's own; no torch here."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from pydantic import JsonValue

from ner.training.options import TrainingOptions

# Base model and seed are those of the cell; here they only fill their places.
NERLOOP = TrainingOptions(base_model="bundled")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainOptions:
    """What is not left to the Trainer, and the most tokens that it is given at once."""

    epochs: int
    learning_rate: float
    batch_size: int = 16
    weight_decay: float
    window: int

    @property
    def parameters(self) -> Mapping[str, JsonValue]:
        """All of them, as JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomNerOptions(PlainOptions):
    """Custom_NER's: the Trainer's defaults, documents cut at `window` tokens."""

    epochs: int = 2
    learning_rate: float = 2e-5
    weight_decay: float = 0.0
    window: int = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainerPlainOptions(PlainOptions):
    """The token-classification guide's, on nerloop's windows."""

    epochs: int = 6
    learning_rate: float = 5e-4
    weight_decay: float = 0.01
    window: int = NERLOOP.window
    overlap: int = NERLOOP.overlap
