"""Rounds of ten new documents, each trained on warm and from scratch: what a round is, its cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, JsonValue

from benchmarks.cells.keys import as_json, model_key, read_kept, safe_name, titled, write_kept
from benchmarks.corpora import MeasuredCorpus, nested_subset
from benchmarks.measuring.machine import Machine
from benchmarks.recipes.catalogue import find_recipe
from ner.corpus.corpus import fingerprint
from ner.errors import CorpusError
from ner.spans import Document
from ner.training.options import TrainingOptions
from ner.versions.manifest import library_versions

FORMAT = 1
# Documents at the start, set aside, and new in a round; and rounds.
START, ASIDE, STEP, ROUNDS = 100, 25, 10, 10
# The documents that a model is scored on, see `RoundDocuments`.
ScoredPart = Literal["dev", "aside", "learned"]
PARTS: tuple[ScoredPart, ...] = ("dev", "aside", "learned")
RoundKind = Literal["warm", "scratch"]
# Correct, predicted and gold spans of each document.
DocumentCounts = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the rounds have in common.

    `recipe` is nerloop's, with changed parameters; `changes` are those of its warm trainings.
    """

    folder: Path
    base_model: str
    recipe: str = "nerloop"
    changes: tuple[str, ...] = ()
    start: int = START
    aside: int = ASIDE
    step: int = STEP
    rounds: int = ROUNDS

    @property
    def corpus(self) -> str:
        """The corpus' name in tables and paths."""
        return self.folder.resolve().name

    @property
    def title(self) -> str:
        """Tells the files of settings apart: the recipe, and what differs from the usual."""
        title = titled(self.recipe, self.base_model)
        drawn = (self.start, self.aside, self.step)
        if drawn == (START, ASIDE, STEP):
            return title
        return f"{title}-from-{'-'.join(map(str, drawn))}"

    def folder_in(self, out: Path) -> Path:
        """Where the cells and the tables of the corpus are kept."""
        return out / "warm" / self.corpus

    def table(self, out: Path) -> Path:
        """Where the table is kept."""
        name = "+".join((f"{self.title}-warm", *self.changes))
        return self.folder_in(out) / f"{safe_name(name)}.md"

    def options(self, seed: int, warm_from: Path | None = None) -> TrainingOptions:
        """From scratch, or for going on from a version. Raises click.BadParameter."""
        chosen = find_recipe(self.recipe).options
        changed = find_recipe(self.recipe, self.changes).options
        if not isinstance(chosen, TrainingOptions) or not isinstance(changed, TrainingOptions):
            raise TypeError(f"recipe {self.recipe!r} is not one of nerloop's")
        chosen = replace(chosen, base_model=self.base_model, seed=seed)
        if warm_from is None:
            return chosen
        names = [change.partition("=")[0] for change in self.changes]
        softened = chosen.going_on_from(warm_from)
        return replace(softened, **{name: getattr(changed, name) for name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundJob:
    """One training: round 0 is the start, from scratch, that the warm ones go on from."""

    setting: Setting
    seed: int
    round: int
    kind: RoundKind

    @property
    def is_in_chain(self) -> bool:
        """Whether a warm training goes on from its model."""
        return self.kind == "warm" or self.round == 0

    @property
    def before(self) -> "RoundJob":
        """The one whose model a warm training goes on from."""
        number = self.round - 1
        return replace(self, round=number, kind="warm" if number else "scratch")

    def path(self, out: Path) -> Path:
        """Where the cell is kept."""
        return self.setting.folder_in(out) / f"{self._name}.json"

    def model(self, out: Path) -> Path:
        """Where the model is kept until the next round has gone on from it."""
        return self.setting.folder_in(out) / "models" / self._name

    @property
    def _name(self) -> str:
        changes = self.setting.changes if self.kind == "warm" else ()
        kind = "+".join((self.kind, *changes))
        return safe_name(f"{self.setting.title}-{kind}-{self.seed}-{self.round:02}")

    def __str__(self) -> str:
        return f"{self.setting.corpus} seed {self.seed} round {self.round} {self.kind}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundDocuments:
    """What a round trains on and is scored on.

    `learned` are the documents of the start, part of `train` in every round. `aside` were drawn
    together with them and are never trained on. `dev` is the corpus' own.
    """

    train: tuple[Document, ...]
    learned: tuple[Document, ...]
    aside: tuple[Document, ...]
    dev: tuple[Document, ...]

    def part(self, name: ScoredPart) -> tuple[Document, ...]:
        """The documents of a part to score on."""
        return {"dev": self.dev, "aside": self.aside, "learned": self.learned}[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundCell:
    """A finished training. `key` is all that must be equal for the cell to be kept.

    `documents` were given to the training, which left `passed_over` of them to what its version
    knows. `seconds` are the training's, loading and tokenising included, scoring not.
    """

    key: Mapping[str, JsonValue]
    corpus: str
    seed: int
    round: int
    kind: RoundKind
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


def documents_of(job: RoundJob, corpus: MeasuredCorpus) -> RoundDocuments:
    """The documents of a round: nested, drawn by hash and seed, near-copies kept together.

    Raises CorpusError when the corpus has too few.
    """
    setting = job.setting
    wanted = setting.start + setting.aside + setting.step * setting.rounds
    if len(corpus.train) < wanted:
        raise CorpusError(
            f"{setting.folder} has {len(corpus.train)} training documents, the rounds take "
            f"{wanted}: fewer --rounds, a smaller --start"
        )

    def drawn(count: int) -> tuple[Document, ...]:
        return nested_subset(corpus.train, count, seed=job.seed)

    learned = drawn(setting.start)
    aside = _without(drawn(setting.start + setting.aside), learned)
    grown = drawn(setting.start + setting.aside + setting.step * job.round)
    return RoundDocuments(
        train=_without(grown, aside), learned=learned, aside=aside, dev=corpus.dev
    )


def key_of(job: RoundJob, corpus: MeasuredCorpus) -> dict[str, JsonValue]:
    """What decides a round's cell, as JSON."""
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


def read_round(path: Path) -> RoundCell | None:
    """The cell in a file, None when there is none or it cannot be read."""
    return read_kept(path, RoundCell)


def write_round(path: Path, cell: RoundCell) -> None:
    """Keep a cell, whole or not at all; folders are made."""
    write_kept(path, cell)


def _parameters(options: TrainingOptions) -> dict[str, JsonValue]:
    return {name: value for name, value in options.parameters.items() if name != "base_model"}


def _without(documents: Sequence[Document], others: Sequence[Document]) -> tuple[Document, ...]:
    known = {*others}
    return tuple(document for document in documents if document not in known)
