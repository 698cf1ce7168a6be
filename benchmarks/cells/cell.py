"""A cell of the tables: one recipe trained once on one corpus, kept as JSON when it is finished."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click
from pydantic import AwareDatetime, JsonValue

from benchmarks.cells.keys import (
    BUNDLED,
    as_json,
    model_key,
    read_kept,
    safe_name,
    titled,
    write_kept,
)
from benchmarks.corpora import MeasuredCorpus
from benchmarks.measuring.machine import Machine
from benchmarks.recipes.catalogue import find_recipe
from ner.corpus.corpus import fingerprint
from ner.scoring.evaluation import Scores
from ner.versions.manifest import library_versions

FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CellJob:
    """What a cell is to measure.

    `recipe` is named with its changed parameters. `valid` reports on that share of train.jsonl
    instead of on dev.jsonl, `documents` trains on a part as large.
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

    def path(self, out: Path) -> Path:
        """Where the cell is kept: cells of parts of a corpus apart from those of all of it."""
        name = f"{self.title}-{self.seed}"
        if self.documents is not None:
            out = out / "learning-curve"
            name = f"{self.title}-{self.documents}-{self.seed}"
        return out / self.corpus / f"{safe_name(name)}.json"

    def __str__(self) -> str:
        part = "" if self.documents is None else f" {self.documents} documents"
        return f"{self.corpus}{part} {self.title} seed {self.seed}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFigures:
    """Micro F1s, and the strict one of each label."""

    strict: float
    partial: float
    labels: Mapping[str, float]

    @staticmethod
    def of(scores: Scores) -> "CellFigures":
        """The figures among all the scores that go into a table."""
        return CellFigures(
            strict=scores.strict.micro.f1,
            partial=scores.partial.micro.f1,
            labels={label: figures.f1 for label, figures in scores.strict.labels.items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A finished cell. `key` is all that must be equal for the cell to be kept.

    `tokens` and times are those of `benchmarks.measuring.meter.Cost`; `wall_seconds` also has the
    scoring. `curve` has (seconds, step, F1) of the training's own validations. `documents` were
    trained on. `code` tells states of the recipe's code apart.
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
        """With its changed parameters."""
        return str(self.key["recipe"])


def key_of(job: CellJob, corpus: MeasuredCorpus) -> dict[str, JsonValue]:
    """What decides a cell, as JSON; `corpus` is the whole one in the job's folder."""
    key: dict[str, object] = {
        "format": FORMAT,
        **_recipe_key(job.recipe),
        "seed": job.seed,
        "base_model": model_key(job.base_model),
        "train": fingerprint(corpus.train),
        # The dev documents have no part in a cell that reports on others.
        "dev": fingerprint(corpus.dev) if job.valid is None else None,
        "valid": job.valid,
        "documents": job.documents,
        "libraries": library_versions(),
    }
    return as_json(key)


def is_of_today(cell: Cell) -> bool:
    """Whether the cell's recipe is still there, with the same parameters and version."""
    try:
        today = _recipe_key(cell.recipe)
    except click.BadParameter:
        return False
    return all(cell.key[name] == value for name, value in today.items())


def read_cell(path: Path) -> Cell | None:
    """The cell in a file, None when there is none or it cannot be read."""
    return read_kept(path, Cell)


def read_cells(folder: Path) -> list[Cell]:
    """All cells in a folder, by file name."""
    cells = (read_cell(path) for path in sorted(folder.glob("*.json")))
    return [cell for cell in cells if cell is not None]


def write_cell(path: Path, cell: Cell) -> None:
    """Keep a cell, whole or not at all; folders are made."""
    write_kept(path, cell, indent=2)


def _recipe_key(name: str) -> dict[str, JsonValue]:
    recipe = find_recipe(name)
    parts = {"recipe": recipe.name, "version": recipe.version, "parameters": recipe.parameters}
    return as_json(parts)
