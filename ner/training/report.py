"""The report of a finished training."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from ner.decoding.decoding import Decoding
from ner.scoring.evaluation import Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingReport:
    """Inputs and results of a training.

    `window` and `overlap` are the values that were used, which a base model's limit can reduce.
    `documents` counts all documents given: `validation_documents` of them chose the checkpoint
    instead of being trained on, and a warm start left out `passed_over` of them, which its version
    was trained on. `dropped` counts the spans that could not be tagged and `inexact` those whose
    boundaries tags cannot express, each by reason. `validation_f1` is the strict micro F1 of the
    checkpoint that was kept, None without validation; `dev` has the scores on the documents given
    for this report alone. `resumed_from` is the step from which a killed training resumed, None
    when it ran in one go. `fingerprint` is that of the corpus. `decoding` was learned from the
    documents that were not set aside for validation.
    """

    base_model: str
    decoding: Decoding
    fingerprint: str
    parameters: Mapping[str, JsonValue]
    window: int
    overlap: int
    documents: int
    validation_documents: int
    windows: int
    steps: int
    best_step: int
    loss: float | None
    validation_f1: float | None
    dev: Scores | None
    seconds: float
    passed_over: int = 0
    resumed_from: int | None = None
    parent: str = ""
    label_spans: Mapping[str, int] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)
    inexact: Mapping[str, int] = field(default_factory=dict)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels in the order of the model's tags."""
        return self.decoding.labels
