"""The trainings of a project that grows from 10 documents on, and sabotaged ones beside them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from benchmarks.cells.cell_file import Identity
from benchmarks.cells.keys import safe_name
from benchmarks.corpora import MeasuredCorpus, nested_subset
from benchmarks.recipes.catalogue import find_recipe
from ner.errors import CorpusError
from ner.spans import Document, Span
from ner.training.options import TrainingOptions

REPLAY = "policy-replay"
# Approved documents at each training, as `nerloop` retrains by default.
APPROVED = (10, 20, 40, 50, 62, 78, 98, 118, 138, 158, 178, 198, 218, 238, 258)
HELD_OUT_SHARE = 0.2
# As `worker.retrain.policies.start_policy` decides for these numbers of documents.
SCRATCH = (10, 20, 40, 138, 258)
SABOTAGED = (40, 98, 138, 198)
POOL = 1000
SHIFTED_SHARE = 0.1
SHIFT = 10
# An honest training; two sabotaged ones: with shifted training spans, and with too few epochs.
TrainingKind = Literal["honest", "shifted", "short"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaySetting:
    """A corpus and the base model of all trainings."""

    folder: Path
    base_model: str

    @property
    def corpus(self) -> str:
        """The corpus' name in tables and paths."""
        return self.folder.resolve().name

    def path(self, out: Path) -> Path:
        """The file of the corpus' cells."""
        return out / REPLAY / f"{self.corpus}.jsonl"

    def options(self, seed: int, warm_from: Path | None = None) -> TrainingOptions:
        """For a training from scratch, or from the version `warm_from`."""
        options = find_recipe("nerloop").options
        if not isinstance(options, TrainingOptions):
            raise TypeError("the recipe nerloop has no training options")
        options = replace(options, base_model=self.base_model, seed=seed)
        return options if warm_from is None else options.continuing_from(warm_from)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayJob:
    """One training, at `approved` documents, of which a fifth is held out."""

    setting: ReplaySetting
    seed: int
    approved: int
    kind: TrainingKind = "honest"

    @property
    def identity(self) -> Identity:
        """That of the job's cell."""
        return (self.setting.base_model, self.seed, self.approved, self.kind)

    @property
    def before(self) -> "ReplayJob | None":
        """The honest training that this one continues from; None for one from scratch."""
        if self.approved in SCRATCH:
            return None
        number = APPROVED.index(self.approved)
        return replace(self, approved=APPROVED[number - 1], kind="honest")

    def model(self, out: Path) -> Path:
        """The folder of the model, which is kept until the next training has continued from it."""
        name = safe_name("-".join(map(str, self.identity)))
        return out / REPLAY / "models" / self.setting.corpus / name

    def __str__(self) -> str:
        return f"{self.setting.corpus} seed {self.seed} at {self.approved} documents, {self.kind}"


def jobs_of(setting: ReplaySetting, seed: int, last: int = APPROVED[-1]) -> list[ReplayJob]:
    """The trainings in the order in which they are made: each after the one it continues from.

    There are none at more than `last` documents.
    """
    jobs = []
    for approved in APPROVED:
        if approved > last:
            break
        kinds: tuple[TrainingKind, ...] = ("honest",)
        if approved in SABOTAGED:
            kinds = ("shifted", "short", "honest")
        jobs += [
            ReplayJob(setting=setting, seed=seed, approved=approved, kind=kind) for kind in kinds
        ]
    return jobs


def held_out_count(approved: int) -> int:
    """How many of the approved documents are held out."""
    return round(HELD_OUT_SHARE * approved)


def training_documents(job: ReplayJob, corpus: MeasuredCorpus) -> tuple[Document, ...]:
    """The documents that the job trains on, which contain those of the trainings before."""
    count = job.approved - held_out_count(job.approved)
    documents = nested_subset(corpus.train, count, seed=job.seed)
    return _with_shifted_spans(documents, job.seed) if job.kind == "shifted" else documents


def pool_documents(setting: ReplaySetting, seed: int, corpus: MeasuredCorpus) -> list[Document]:
    """The documents that no training sees: the held-out ones are drawn from them.

    They are of train.jsonl; dev.jsonl is not used. Raises CorpusError when the corpus has too few.
    """
    last = ReplayJob(setting=setting, seed=seed, approved=APPROVED[-1])
    trained = {document.text for document in training_documents(last, corpus)}
    free = [document for document in corpus.train if document.text not in trained]
    if len(free) < 3 * held_out_count(APPROVED[-1]):
        raise CorpusError(f"{setting.folder} has too few training documents for the replay")
    return list(nested_subset(free, POOL, seed=seed))


def _with_shifted_spans(documents: Sequence[Document], seed: int) -> tuple[Document, ...]:
    """A tenth of all spans moved to the right, as if a tool had counted other units."""
    chosen = random.Random(seed)
    return tuple(
        replace(
            document,
            spans=tuple(
                _shifted(span, document) if chosen.random() < SHIFTED_SHARE else span
                for span in document.spans
            ),
        )
        for document in documents
    )


def _shifted(span: Span, document: Document) -> Span:
    by = min(SHIFT, len(document.text) - span.end)
    moved = replace(span, start=span.start + by, end=span.end + by)
    others = [other for other in document.spans if other != span]
    return span if any(moved.overlaps(other) for other in others) else moved
