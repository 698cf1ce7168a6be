"""A cell of the tables: what one training of a recipe on a corpus measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click
from pydantic import AwareDatetime, JsonValue

from benchmarks.cells.cell_file import CellFile, Identity
from benchmarks.cells.keys import BUNDLED, as_json, model_key, titled
from benchmarks.corpora import MeasuredCorpus
from benchmarks.measuring.machine import Machine
from benchmarks.recipes.catalogue import find_recipe
from ner.corpus.corpus import fingerprint
from ner.scoring.evaluation import Scores
from ner.versions.manifest import library_versions

FORMAT = 1
# The folder of the cells of parts of a corpus, and of their table.
LEARNING_CURVE = "learning-curve"


@dataclass(frozen=True, slots=True, kw_only=True)
class CellJob:
    """What a cell is to measure.

    `recipe` includes the changed parameters. With `valid`, that share of train.jsonl is scored on
    instead of dev.jsonl. With `documents`, a part of train.jsonl of that size is trained on.
    """

    folder: Path
    recipe: str
    seed: int
    base_model: str = BUNDLED
    valid: float | None = None
    documents: int | None = None

    @property
    def corpus(self) -> str:
        """The corpus' name in tables and paths."""
        name = self.folder.resolve().name
        return name if self.valid is None else f"{name}@valid"

    @property
    def title(self) -> str:
        """The recipe's name in tables, with its base model when that is not the bundled one."""
        return titled(self.recipe, self.base_model)

    @property
    def identity(self) -> Identity:
        """That of the job's cell."""
        return (self.title, self.documents or 0, self.seed)

    def path(self, out: Path) -> Path:
        """The file of the cell; cells of parts of a corpus have another than those of all of it."""
        folder = out if self.documents is None else out / LEARNING_CURVE
        return folder / f"{self.corpus}.jsonl"

    def __str__(self) -> str:
        part = "" if self.documents is None else f" {self.documents} documents"
        return f"{self.corpus}{part} {self.title} seed {self.seed}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFigures:
    """Strict and partial micro F1, and the strict F1 of each label."""

    strict: float
    partial: float
    labels: Mapping[str, float]

    @staticmethod
    def of(scores: Scores) -> "CellFigures":
        """The figures of the tables, taken from all scores."""
        return CellFigures(
            strict=scores.strict.micro.f1,
            partial=scores.partial.micro.f1,
            labels={label: figures.f1 for label, figures in scores.strict.labels.items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A finished cell.

    `key` holds everything that decides the result: with another key the cell is measured again.
    `documents` is the number that was trained on. `tokens` and times are those of
    `benchmarks.measuring.meter.Cost`; `wall_seconds` includes the scoring. `curve` has (seconds,
    step, F1) of the training's own validations. `code` is a hash of the recipe's code.
    """

    key: Mapping[str, JsonValue]
    corpus: str
    title: str
    base_model: str
    seed: int
    documents: int
    figures: CellFigures
    seconds: float
    validation_seconds: float
    tokens: int
    tokens_per_second: float
    peak_memory_mib: float
    peak_device_mib: float | None
    wall_seconds: float
    curve: tuple[tuple[float, int, float], ...]
    details: Mapping[str, JsonValue]
    scores: Mapping[str, JsonValue]
    machine: Machine
    libraries: Mapping[str, str]
    code: str
    made_at: AwareDatetime

    @property
    def recipe(self) -> str:
        """The recipe with its changed parameters."""
        return str(self.key["recipe"])

    @property
    def identity(self) -> Identity:
        """Title, number of documents that was asked for (0 for all), seed."""
        part = self.key.get("documents")
        return (self.title, part if isinstance(part, int) else 0, self.seed)


def key_of(job: CellJob, corpus: MeasuredCorpus) -> dict[str, JsonValue]:
    """The key of the job's cell; `corpus` is the whole corpus in the job's folder."""
    key: dict[str, object] = {
        "format": FORMAT,
        **_recipe_key(job.recipe),
        "seed": job.seed,
        "base_model": model_key(job.base_model),
        "train": fingerprint(corpus.train),
        # With `valid`, the dev documents are not used.
        "dev": fingerprint(corpus.dev) if job.valid is None else None,
        "valid": job.valid,
        "documents": job.documents,
        "libraries": library_versions(),
    }
    return as_json(key)


def is_current(cell: Cell) -> bool:
    """Whether the cell's recipe still exists, with the same parameters and version."""
    try:
        current = _recipe_key(cell.recipe)
    except click.BadParameter:
        return False
    return all(cell.key[name] == value for name, value in current.items())


def cell_file(path: Path) -> CellFile[Cell]:
    """The file of cells at `path`, whether it exists or not."""
    return CellFile(path, Cell)


def _recipe_key(name: str) -> dict[str, JsonValue]:
    recipe = find_recipe(name)
    parts = {"recipe": recipe.name, "version": recipe.version, "parameters": recipe.parameters}
    return as_json(parts)
