"""What a recipe is given and what it gives back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from pydantic import JsonValue

from ner.spans import Document, Span

Predict: TypeAlias = Callable[[Sequence[str]], Sequence[Sequence[Span]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingTask:
    """Documents to train on; `folder` is empty and takes whatever the training writes."""

    documents: Sequence[Document]
    base_model: str
    seed: int
    folder: Path

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that occur, sorted."""
        return tuple(sorted({label for document in self.documents for label in document.labels}))


@dataclass(frozen=True, slots=True)
class Validated:
    """A validation in the course of a training: strict micro F1 after `seconds` and `step`s."""

    seconds: float
    step: int
    f1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A tagger, and what its training has to say: dropped spans, steps."""

    predict: Predict
    details: Mapping[str, JsonValue] = field(default_factory=dict)
    curve: tuple[Validated, ...] = ()


Train: TypeAlias = Callable[[TrainingTask], Trained]
