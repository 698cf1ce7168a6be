"""What can be chosen about a training, and what is derived from the corpus where nothing is."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pydantic import JsonValue

from ner.errors import TrainingError
from ner.text.windows import OVERLAP, WINDOW

# Up to here a model counts as small, and small models want a learning rate ten times as high.
SMALL_HIDDEN_SIZE = 512
SMALL_LEARNING_RATE = 3e-4
LARGE_LEARNING_RATE = 5e-5

# Windows in a batch: small steps learn more from as many documents.
LONG_BATCH = 8
# Of windows shorter than this on average a batch has more: eight of them are too few tokens to pay
# for the optimizer's step and to keep the processor busy.
SHORT_WINDOW = 64
SHORT_BATCH = 16
MIN_BATCH = 2
EPOCHS = 4
MAX_EPOCHS = 30
MIN_STEPS = 200
# Steps of an epoch below which the batch is halved instead.
STEPS_PER_EPOCH = 10
VALIDATIONS = 10
# What neighbours say counts less than what the model says: it has seen the neighbours itself.
TRANSITION_WEIGHT = 0.2
# What the model finds less likely is mostly wrong, or has another label.
MIN_SCORE = 0.4

SPANLESS_SHARE = 0.33

# Going on from a version: passes over what is new and replayed, and the share of the learning
# rate that training from the base model has.
WARM_EPOCHS = 3
WARM_RATE = 0.4
# Old documents that are replayed for each new one.
REPLAY = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOptions:
    """How to train. None leaves the choice to `plan_for`; of `bf16` and `dropout`, to the device.

    `window` and `overlap` count tokens, `window` with its special tokens; a base model that takes
    fewer has the last word. `word_dropout` is the share of tokens that are hidden in each pass,
    `spanless_share` that of the windows without a span which an epoch reads
    (`ner.training.spanless`). `keep_case` gives an uncased base model a cased vocabulary
    (`ner.models.casing`). `transition_weight` is how much neighbouring tags count in decoding
    (`ner.decoding.transitions`); spans with a score below `min_score` are left out
    (`ner.decoding.span_filter`). `validation_share` is the part of the documents that chooses the
    best checkpoint; with 0 all are trained on and the last step is kept. `patience` counts
    validations without improvement. `warm_from` is the folder of a version whose weights and
    tokenizer training starts from, and whose base model then is recorded instead of `base_model`;
    `replay` is how many documents that the version was trained on are trained on again for each new
    one. `report_to` names the Trainer's integrations (mlflow, tensorboard, trackio).

    Raises TrainingError for a value that makes no sense, with what would.
    """

    base_model: str
    seed: int = 1
    epochs: int | None = None
    learning_rate: float | None = None
    batch_size: int | None = None
    window: int = WINDOW
    overlap: int = OVERLAP
    dropout: float | None = None
    word_dropout: float = 0.15
    spanless_share: float = SPANLESS_SHARE
    keep_case: bool = True
    transition_weight: float = TRANSITION_WEIGHT
    min_score: float = MIN_SCORE
    bf16: bool | None = None
    validation_share: float = 0.0
    patience: int = 4
    weight_decay: float = 0.01
    warm_from: Path | None = None
    replay: float = REPLAY
    report_to: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require(self.epochs is None or self.epochs >= 1, "epochs", self.epochs, "at least 1")
        rate = self.learning_rate
        require(rate is None or 0 < rate < 1, "learning_rate", rate, "between 0 and 1")
        batch = self.batch_size
        require(batch is None or batch >= 1, "batch_size", batch, "at least 1")
        require(self.window >= 8, "window", self.window, "at least 8 tokens")
        half = self.window // 2
        require(0 <= self.overlap <= half, "overlap", self.overlap, f"between 0 and {half}")
        dropout = self.dropout
        require(dropout is None or 0 <= dropout < 1, "dropout", dropout, "in [0, 1)")
        hidden = self.word_dropout
        require(0 <= hidden < 1, "word_dropout", hidden, "in [0, 1)")
        spanless = self.spanless_share
        require(0 < spanless <= 1, "spanless_share", spanless, "above 0, at most 1")
        weight = self.transition_weight
        require(0 <= weight <= 10, "transition_weight", weight, "between 0 and 10")
        require(0 <= self.min_score <= 1, "min_score", self.min_score, "between 0 and 1")
        share = self.validation_share
        require(0 <= share <= 0.5, "validation_share", share, "between 0 and 0.5")
        require(0 <= self.replay <= 1000, "replay", self.replay, "between 0 and 1000")
        require(self.patience >= 1, "patience", self.patience, "at least 1")
        require(self.seed >= 0, "seed", self.seed, "0 or more")

    @property
    def parameters(self) -> Mapping[str, JsonValue]:
        """All that decides the result, as JSON: for the manifest and for telling runs apart.

        `warm_from` is there by its folder's name, the version; `report_to` decides nothing.
        """
        values = asdict(self)
        del values["report_to"]
        values["warm_from"] = self.warm_from.name if self.warm_from else None
        return values

    def going_on_from(self, version: Path) -> "TrainingOptions":
        """These options for a warm start: gentler, where they were chosen, in the same measure."""
        return replace(
            self,
            warm_from=version,
            epochs=self.epochs and min(self.epochs, WARM_EPOCHS),
            learning_rate=self.learning_rate and self.learning_rate * WARM_RATE,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a training will do: optimizer steps, windows in a batch, steps between validations."""

    epochs: int
    batch_size: int
    steps: int
    validation_steps: int
    learning_rate: float


def plan_for(
    options: TrainingOptions, *, windows: int, mean_window: float, hidden_size: int
) -> Plan:
    """The options' own figures, or else these rules, for the `windows` of an epoch.

    The batch is 8 windows, 16 where `mean_window` is below 64 tokens, halved while an epoch would
    have fewer than 10 steps, but not below 2. Epochs are 4, or as many as 200 steps take, at most
    30. The learning rate is 3e-4 for models of up to 512 dimensions and 5e-5 above. Checkpoints
    come ten times, and with them validations if there is a validation part.

    A warm start has 3 epochs and 0.4 of the learning rate; without validation, there is one
    checkpoint besides the last one, halfway.
    """
    warm = options.warm_from is not None
    batch = options.batch_size or _batch_size(windows, mean_window)
    per_epoch = math.ceil(windows / batch)
    longer = min(MAX_EPOCHS, max(EPOCHS, math.ceil(MIN_STEPS / per_epoch)))
    epochs = options.epochs or (WARM_EPOCHS if warm else longer)
    steps = epochs * per_epoch
    rate = SMALL_LEARNING_RATE if hidden_size <= SMALL_HIDDEN_SIZE else LARGE_LEARNING_RATE
    halfway = warm and options.validation_share == 0
    return Plan(
        epochs=epochs,
        batch_size=batch,
        steps=steps,
        validation_steps=steps // 2 + 1 if halfway else math.ceil(steps / VALIDATIONS),
        learning_rate=options.learning_rate or rate * (WARM_RATE if warm else 1),
    )


def _batch_size(windows: int, mean_window: float) -> int:
    batch = SHORT_BATCH if mean_window < SHORT_WINDOW else LONG_BATCH
    while batch > MIN_BATCH and windows < batch * STEPS_PER_EPOCH:
        batch //= 2
    return batch


def require(
    holds: bool, name: str, value: object, expected: str, *, task: str = "training"
) -> None:
    """Raises TrainingError for an option's value unless something holds for it."""
    if not holds:
        raise TrainingError(f"{task} option {name} = {value!r} must be {expected}")
