"""What a finished training says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from ner.decoding.span_ends import SpanEnds
from ner.decoding.span_filter import SpanFilter
from ner.decoding.transitions import Transitions
from ner.scoring.evaluation import Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingReport:
    """`labels` in the order of the model's tags; `window` and `overlap` as they were used.

    `documents` counts all that were given: `validation_documents` of them chose the checkpoint
    instead of being trained on, and `passed_over` of them a warm start left out this time, its
    version's training having had them. `dropped` counts the spans that could not be tagged and
    `inexact` those whose boundaries tags cannot express, each by reason. `validation_f1` is the
    strict micro F1 of the checkpoint that was kept, None without validation; `dev` are the scores
    on the documents that were only to be reported on. `resumed_from` is the step at which a killed
    training was taken up, None when it ran in one go. `fingerprint` is the corpus'.
    `transitions`, `span_filter` and `span_ends` were learned from the documents that were not set
    aside for validation.
    """

    base_model: str
    labels: tuple[str, ...]
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
    transitions: Transitions = field(default_factory=Transitions)
    span_filter: SpanFilter = field(default_factory=SpanFilter)
    span_ends: SpanEnds = field(default_factory=SpanEnds)
    label_spans: Mapping[str, int] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)
    inexact: Mapping[str, int] = field(default_factory=dict)
