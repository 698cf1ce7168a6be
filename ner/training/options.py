"""The options of a training, and the plan derived from them and from the corpus."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from pydantic import JsonValue

from ner.errors import TrainingError
from ner.text.windows import OVERLAP, WINDOW

# Models of up to this size count as small; small models need a higher learning rate.
SMALL_HIDDEN_SIZE = 512
SMALL_LEARNING_RATE = 3e-4
LARGE_LEARNING_RATE = 5e-5

# Windows in a batch: with smaller batches a model learns more from the same documents.
LONG_BATCH = 8
# Windows shorter than this on average come in larger batches: eight of them have too few tokens to
# be worth an optimizer step and to keep the processor busy.
SHORT_WINDOW = 64
SHORT_BATCH = 16
MIN_BATCH = 2
EPOCHS = 4
MAX_EPOCHS = 30
MIN_STEPS = 200
# The batch is halved while an epoch would have fewer steps.
STEPS_PER_EPOCH = 10
VALIDATIONS = 10
# Transitions count less than the model's own scores: the model sees the neighbouring tokens too.
TRANSITION_WEIGHT = 0.2
# Spans with a lower score are mostly wrong, or have another label.
MIN_SCORE = 0.4

SPANLESS_SHARE = 0.33

# A warm start: its epochs, and its learning rate as a share of that from the base model.
WARM_EPOCHS = 3
WARM_RATE = 0.4
# Old documents that are replayed for each new one.
REPLAY = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOptions:
    """How to train. None leaves a choice to `plan_for`, or to the device for `bf16` and `dropout`.

    `window` and `overlap` count tokens, `window` with its special tokens; a base model that takes
    fewer tokens limits both. `word_dropout` is the share of tokens hidden in each epoch,
    `spanless_share` the share of windows without a span that an epoch reads
    (`ner.training.spanless`). `keep_case` gives an uncased base model a cased vocabulary
    (`ner.models.casing`). `transition_weight` is how much neighbouring tags count in decoding
    (`ner.decoding.transitions`); spans with a score below `min_score` are left out
    (`ner.decoding.span_filter`). `validation_share` is the share of documents that choose the best
    checkpoint; with 0 all are trained on and the last step is kept. `patience` counts validations
    without improvement. `warm_from` is the folder of a version: training starts from its weights
    and tokenizer, and its base model is recorded instead of `base_model`. `renamed` is ``{label of
    that version: its name in the documents}`` for labels that have another name there. `replay` is
    the number of documents that this version was trained on and that are trained on again for each
    new one.
    `report_to` names the Trainer's integrations (mlflow, tensorboard, trackio).

    Raises TrainingError for a value out of range; the message names the range.
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
    renamed: Mapping[str, str] = field(default_factory=dict, hash=False)
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
        word_dropout = self.word_dropout
        require(0 <= word_dropout < 1, "word_dropout", word_dropout, "in [0, 1)")
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
        """The options that affect the result, as JSON, for the manifest and to distinguish runs.

        `warm_from` is the name of its folder, the version. `report_to` is left out, and so is
        `renamed`: a renamed label is the same label.
        """
        values = asdict(self)
        del values["report_to"], values["renamed"]
        values["warm_from"] = self.warm_from.name if self.warm_from else None
        return values

    def continuing_from(self, version: Path) -> "TrainingOptions":
        """These options for a warm start from the folder of a version.

        If set, `epochs` and `learning_rate` are reduced as `plan_for` does for a warm start.
        """
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
    """The plan of a training with this number of `windows` in an epoch.

    Values that the options leave open follow these rules. The batch is 8 windows, 16 where
    `mean_window` is below 64 tokens, halved while an epoch would have fewer than 10 steps, but not
    below 2. Epochs are 4, or as many as 200 steps take, at most 30. The learning rate is 3e-4 for
    models of up to 512 dimensions and 5e-5 above. There are ten checkpoints, each with a validation
    if there is a validation part, and others in time (`SaveInTime`).

    A warm start has 3 epochs and 0.4 of the learning rate; without validation it has one checkpoint
    halfway besides the last one.
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
    """Raises TrainingError, saying that the option's value must be `expected`, unless `holds`."""
    if not holds:
        raise TrainingError(f"{task} option {name} = {value!r} must be {expected}")
