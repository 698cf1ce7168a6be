"""Cross-validation: every document is read by a model that saw neither it nor a near-copy.

Each pair of a fold and a base model is one training. Its readings are kept in a file as soon as it
is finished, so that an interrupted cross-validation continues with the pair at which it stopped.
"""

import re
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pydantic import JsonValue

from ner.corpus.corpus import fingerprint
from ner.crossval.fold_readings import FoldFile, FoldReadings, Reading
from ner.crossval.folds import assign_folds
from ner.errors import TrainingError
from ner.hashing import exact_hash
from ner.spans import Document
from ner.tags import sort_labels
from ner.training.options import TrainingOptions
from ner.training.progress import Listener
from ner.versions.manifest import library_versions


@dataclass(frozen=True, slots=True)
class Candidate:
    """A base model to cross-validate, by its options. `identity` changes when its files do."""

    options: TrainingOptions
    identity: JsonValue

    @property
    def name(self) -> str:
        """The base model's name, as it was given."""
        return self.options.base_model


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One training: fold `fold` of `folds` with `base_model`.

    It is the `number`th of `pairs` trainings. `fold` and `number` count from 1.
    """

    base_model: str
    fold: int
    folds: int
    number: int
    pairs: int


class CrossvalListener(Protocol):
    """Follows a cross-validation."""

    def training(self, pair: Pair) -> Listener:
        """Called before each training; returns the listener of this training."""
        ...

    def finished(self, pair: Pair, *, seconds: float, found: bool, seconds_left: float) -> None:
        """Called when the pair is finished; `found` says that an earlier call had finished it.

        Training and reading took `seconds`; about `seconds_left` remain for all other pairs.
        """
        ...


class ReadFold(Protocol):
    """Trains on some documents and reads others, as `fold_training.train_and_read` does."""

    def __call__(
        self,
        training: Sequence[Document],
        held_out: Sequence[Document],
        *,
        labels: Sequence[str],
        options: TrainingOptions,
        work_dir: Path,
        progress: Listener,
    ) -> tuple[Reading, ...]:
        """A reading of each of `held_out`. Resumes from what an earlier call left in `work_dir`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossValidation:
    """The readings of all documents by each base model.

    `documents` are sorted by hash, and `folds` has the fold of each. `readings` has, for each base
    model, a reading of each document; `seconds` has the time that its trainings and readings took.
    """

    documents: tuple[Document, ...]
    folds: tuple[int, ...]
    readings: Mapping[str, tuple[Reading, ...]]
    seconds: Mapping[str, float]


def cross_validate(
    documents: Sequence[Document],
    candidates: Sequence[Candidate],
    *,
    folds: int,
    seed: int,
    folder: Path,
    read: ReadFold,
    listener: CrossvalListener,
    clock: Callable[[], float] = time.monotonic,
) -> CrossValidation:
    """Reads every document with each candidate, trained on the other folds.

    Readings are kept below `folder`, which only one call may use at a time; a call with the same
    documents, candidates, folds and libraries continues where an earlier one stopped. All
    candidates read a fold before the next fold begins. `clock` returns seconds.

    Raises TrainingError when there are no spans or when this number of folds is impossible, and
    whatever a training raises.
    """
    # Sorted, so that kept files fit the documents in whatever order they are given.
    ordered = tuple(sorted(documents, key=lambda d: (exact_hash(d.text), d.spans)))
    if not any(document.spans for document in ordered):
        raise TrainingError(f"none of the {len(ordered)} documents has a span: annotate some first")
    assigned = assign_folds(ordered, folds=folds, seed=seed)
    ledger = _Ledger({candidate.name: [] for candidate in candidates}, folds)
    for number in range(folds):
        fold = _split(ordered, assigned, number)
        for candidate in candidates:
            pair = ledger.next_pair(candidate.name)
            file = fold.file(candidate, folder)
            kept = file.load()
            result = kept or _read(fold, candidate, folder, read, listener.training(pair), clock)
            if not kept:
                file.save(result)
            # Also for kept readings: the call that kept them may have ended before this line.
            shutil.rmtree(fold.work(candidate, folder), ignore_errors=True)
            ledger.results[candidate.name].append(result)
            listener.finished(
                pair,
                seconds=result.seconds,
                found=kept is not None,
                seconds_left=ledger.seconds_left(),
            )
    return CrossValidation(
        documents=ordered,
        folds=assigned,
        readings={name: _merged(parts, assigned) for name, parts in ledger.results.items()},
        seconds={name: sum(p.seconds for p in parts) for name, parts in ledger.results.items()},
    )


@dataclass(frozen=True, slots=True)
class _Ledger:
    """The finished pairs by base model, in order of folds."""

    results: dict[str, list[FoldReadings]]
    folds: int

    def next_pair(self, base_model: str) -> Pair:
        return Pair(
            base_model=base_model,
            fold=len(self.results[base_model]) + 1,
            folds=self.folds,
            number=sum(map(len, self.results.values())) + 1,
            pairs=self.folds * len(self.results),
        )

    def seconds_left(self) -> float:
        """The seconds of the remaining pairs, each at the mean of its base model or of all."""
        every = [part.seconds for parts in self.results.values() for part in parts]
        return sum(
            _mean([part.seconds for part in parts] or every) * (self.folds - len(parts))
            for parts in self.results.values()
        )


@dataclass(frozen=True, slots=True)
class _Fold:
    """The documents of one fold, those of all others, and the labels of all."""

    name: str
    training: tuple[Document, ...]
    held_out: tuple[Document, ...]
    labels: tuple[str, ...]

    def file(self, candidate: Candidate, folder: Path) -> FoldFile:
        """The file of the candidate's readings; its key is all that they depend on."""
        key: dict[str, JsonValue] = {
            "training": fingerprint(self.training),
            "held_out": fingerprint(self.held_out),
            "labels": list(self.labels),
            "parameters": dict(candidate.options.parameters),
            "base_model": candidate.identity,
            "libraries": dict(library_versions()),
        }
        return FoldFile(
            folder / "predictions" / _folder_name(candidate.name) / f"{self.name}.json", key
        )

    def work(self, candidate: Candidate, folder: Path) -> Path:
        """The folder for the checkpoints of the candidate's training."""
        return folder / "work" / _folder_name(candidate.name) / self.name


def _split(documents: Sequence[Document], assigned: Sequence[int], fold: int) -> _Fold:
    pairs = [*zip(documents, assigned, strict=True)]
    return _Fold(
        name=f"fold-{fold + 1}",
        training=tuple(document for document, its_fold in pairs if its_fold != fold),
        held_out=tuple(document for document, its_fold in pairs if its_fold == fold),
        labels=sort_labels(label for document in documents for label in document.labels),
    )


def _read(
    fold: _Fold,
    candidate: Candidate,
    folder: Path,
    read: ReadFold,
    progress: Listener,
    clock: Callable[[], float],
) -> FoldReadings:
    began = clock()
    readings = read(
        fold.training,
        fold.held_out,
        labels=fold.labels,
        options=candidate.options,
        work_dir=fold.work(candidate, folder),
        progress=progress,
    )
    return FoldReadings(readings=readings, seconds=clock() - began)


def _folder_name(name: str) -> str:
    """A readable folder name that is unique to the base model of this name."""
    readable = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[-40:]
    return f"{readable}-{exact_hash(name)[:8]}"


def _merged(parts: Sequence[FoldReadings], assigned: Sequence[int]) -> tuple[Reading, ...]:
    of_fold = [iter(part.readings) for part in parts]
    return tuple(next(of_fold[fold]) for fold in assigned)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
