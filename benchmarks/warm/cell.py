"""The cell of a warm round: what one training measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import AwareDatetime, JsonValue

from benchmarks.cells.cell_file import CellFile, Identity
from benchmarks.cells.keys import as_json, model_key
from benchmarks.corpora import MeasuredCorpus
from benchmarks.measuring.machine import Machine
from benchmarks.warm.rounds import RoundJob, RoundKind, ScoredPart, documents_of, identity_of
from ner.corpus.corpus import fingerprint
from ner.training.options import TrainingOptions
from ner.versions.manifest import library_versions

FORMAT = 1
# Correct, predicted and gold spans of each document.
DocumentCounts = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundCell:
    """A finished training.

    `key` holds everything that decides the result: with another key the cell is measured again.
    `title` is the setting's; `changes` are the changed parameters of a warm training, none from
    scratch. Of the `documents` that were given, a warm training leaves out `passed_over`. `seconds`
    is the time of the training, including loading and tokenising but not scoring.
    """

    key: Mapping[str, JsonValue]
    corpus: str
    title: str
    seed: int
    round: int
    kind: RoundKind
    changes: tuple[str, ...]
    documents: int
    passed_over: int
    windows: int
    steps: int
    seconds: float
    counts: Mapping[ScoredPart, DocumentCounts]
    machine: Machine
    libraries: Mapping[str, str]
    code: str
    made_at: AwareDatetime

    @property
    def identity(self) -> Identity:
        """As `identity_of` has it."""
        return identity_of(
            title=self.title,
            kind=self.kind,
            changes=self.changes,
            seed=self.seed,
            number=self.round,
        )


def key_of(job: RoundJob, corpus: MeasuredCorpus) -> dict[str, JsonValue]:
    """The key of the job's cell."""
    setting, documents = job.setting, documents_of(job, corpus)
    warm = job.kind == "warm"
    key: dict[str, object] = {
        "format": FORMAT,
        "base_model": model_key(setting.base_model),
        "parameters": _parameters(setting.options(job.seed)),
        "warm": _parameters(setting.options(job.seed, Path("before"))) if warm else None,
        "start": [setting.start, setting.aside, setting.step] if warm else None,
        "seed": job.seed,
        "round": job.round,
        "train": fingerprint(documents.train),
        "dev": fingerprint(documents.dev),
        "aside": fingerprint(documents.aside),
        "learned": fingerprint(documents.learned),
        "libraries": library_versions(),
    }
    return as_json(key)


def round_file(path: Path) -> CellFile[RoundCell]:
    """The file of rounds at `path`, whether it exists or not."""
    return CellFile(path, RoundCell)


def _parameters(options: TrainingOptions) -> dict[str, JsonValue]:
    return {name: value for name, value in options.parameters.items() if name != "base_model"}
