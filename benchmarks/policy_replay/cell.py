"""The cell of a replay: what one training predicted on the documents that no training saw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import AwareDatetime, JsonValue

from benchmarks.cells.cell_file import CellFile, Identity
from benchmarks.cells.keys import as_json, model_key
from benchmarks.corpora import MeasuredCorpus
from benchmarks.measuring.machine import Machine
from benchmarks.policy_replay.sequence import (
    ReplayJob,
    TrainingKind,
    pool_documents,
    training_documents,
)
from ner.corpus.corpus import fingerprint
from ner.scoring.matching import strict_counts
from ner.spans import Document, Span
from ner.versions.manifest import library_versions

FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayCell:
    """A finished training.

    `key` holds everything that decides the result: with another key the cell is made again.
    `counts` has, for each label, correct, predicted and gold spans of each document of the pool.
    """

    key: Mapping[str, JsonValue]
    base_model: str
    seed: int
    approved: int
    kind: TrainingKind
    warm: bool
    documents: int
    counts: Mapping[str, tuple[tuple[int, int, int], ...]]
    machine: Machine
    libraries: Mapping[str, str]
    code: str
    made_at: AwareDatetime

    @property
    def identity(self) -> Identity:
        """That of the job that made it."""
        return (self.base_model, self.seed, self.approved, self.kind)

    def array(self, labels: Sequence[str]) -> NDArray[np.int64]:
        """The counts of these labels, shape [documents, labels, 3]; 0 for one that is not known."""
        documents = len(next(iter(self.counts.values())))
        none = ((0, 0, 0),) * documents
        return np.array([self.counts.get(label, none) for label in labels]).transpose(1, 0, 2)


def key_of(job: ReplayJob, corpus: MeasuredCorpus) -> dict[str, JsonValue]:
    """The key of the job's cell."""
    options = job.setting.options(job.seed)
    before = job.before
    key: dict[str, object] = {
        "format": FORMAT,
        "base_model": model_key(job.setting.base_model),
        "parameters": {
            name: value for name, value in options.parameters.items() if name != "base_model"
        },
        "seed": job.seed,
        "approved": job.approved,
        "kind": job.kind,
        "before": before.approved if before else None,
        "train": fingerprint(training_documents(job, corpus)),
        "pool": fingerprint(pool_documents(job.setting, job.seed, corpus)),
        "libraries": library_versions(),
    }
    return as_json(key)


def counts_by_label(
    pool: Sequence[Document], predicted: Sequence[Sequence[Span]]
) -> dict[str, tuple[tuple[int, int, int], ...]]:
    """The counts of a cell."""
    labels = {span.label for document in pool for span in document.spans}
    labels |= {span.label for spans in predicted for span in spans}
    return {label: _counts_of(label, pool, predicted) for label in sorted(labels)}


def _counts_of(
    label: str, pool: Sequence[Document], predicted: Sequence[Sequence[Span]]
) -> tuple[tuple[int, int, int], ...]:
    gold = [
        Document(text=document.text, spans=tuple(s for s in document.spans if s.label == label))
        for document in pool
    ]
    rows = strict_counts(gold, [[s for s in spans if s.label == label] for spans in predicted])
    return tuple((int(correct), int(said), int(true)) for correct, said, true in rows)


def replay_file(path: Path) -> CellFile[ReplayCell]:
    """The file of cells at `path`, whether it exists or not."""
    return CellFile(path, ReplayCell)
