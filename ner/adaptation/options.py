"""The options of an adaptation, and the plan derived from them."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial

from pydantic import JsonValue

from ner.text.windows import WINDOW
from ner.training.options import SMALL_HIDDEN_SIZE, require

SMALL_LEARNING_RATE = 5e-4
LARGE_LEARNING_RATE = 1e-4
# Tokens that one optimizer step learns from.
STEP_TOKENS = 4096
# Padded tokens in one pass on a CPU, where more are slower and take more memory.
CPU_BATCH_TOKENS = 1536
CHECKPOINTS = 10

_require = partial(require, task="adaptation")


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptationOptions:
    """How to adapt. `learning_rate` None is 5e-4 for models of up to 512 dimensions, 1e-4 above.

    `minutes` limits the training, and its learning rate schedule, to the steps that fit into this
    time; their number depends on the machine. `window` counts tokens, special ones included; a base
    model that takes fewer tokens limits it. `held_aside` is the share of texts on which the loss is
    measured instead of training on them.

    Raises TrainingError for a value out of range; the message names the range.
    """

    base_model: str
    seed: int = 1
    epochs: int = 10
    minutes: float | None = None
    learning_rate: float | None = None
    window: int = WINDOW
    held_aside: float = 0.05

    def __post_init__(self) -> None:
        _require(self.seed >= 0, "seed", self.seed, "0 or more")
        _require(self.epochs >= 1, "epochs", self.epochs, "at least 1")
        minutes = self.minutes
        _require(minutes is None or minutes > 0, "minutes", minutes, "more than 0")
        rate = self.learning_rate
        _require(rate is None or 0 < rate < 1, "learning_rate", rate, "between 0 and 1")
        _require(self.window >= 8, "window", self.window, "at least 8 tokens")
        _require(0 <= self.held_aside <= 0.5, "held_aside", self.held_aside, "between 0 and 0.5")

    @property
    def parameters(self) -> Mapping[str, JsonValue]:
        """The options as JSON."""
        return asdict(self)

    def rate_for(self, hidden_size: int) -> float:
        """The learning rate for a model of this many dimensions."""
        small = hidden_size <= SMALL_HIDDEN_SIZE
        return self.learning_rate or (SMALL_LEARNING_RATE if small else LARGE_LEARNING_RATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptationPlan:
    """Optimizer steps of `accumulation` batches each, and steps between checkpoints."""

    epochs: int
    steps: int
    accumulation: int
    checkpoint_steps: int


def plan_adaptation(options: AdaptationOptions, *, batches: int, on_cpu: bool) -> AdaptationPlan:
    """The plan of the options' epochs over this many batches."""
    per_step = max(1, STEP_TOKENS // CPU_BATCH_TOKENS) if on_cpu else 1
    return plan_steps(options.epochs, math.ceil(batches / per_step) * options.epochs, per_step)


def plan_steps(epochs: int, steps: int, accumulation: int) -> AdaptationPlan:
    """The plan with this many steps."""
    return AdaptationPlan(
        epochs=epochs,
        steps=steps,
        accumulation=accumulation,
        checkpoint_steps=math.ceil(steps / CHECKPOINTS),
    )


def batch_tokens(*, on_cpu: bool) -> int:
    """Padded tokens in one pass through the model."""
    return CPU_BATCH_TOKENS if on_cpu else STEP_TOKENS
