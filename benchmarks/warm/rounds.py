"""The trainings of the rounds: their settings, their documents, and where they are kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from benchmarks.cells.cell_file import Identity
from benchmarks.cells.keys import safe_name, titled
from benchmarks.corpora import MeasuredCorpus, nested_subset
from benchmarks.recipes.catalogue import find_recipe
from ner.errors import CorpusError
from ner.spans import Document
from ner.training.options import TrainingOptions

# Documents at the start, documents set aside, new documents of a round, number of rounds.
START, ASIDE, STEP, ROUNDS = 100, 25, 10, 10
# The documents that a model is scored on, see `RoundDocuments`.
ScoredPart = Literal["dev", "aside", "learned"]
PARTS: tuple[ScoredPart, ...] = ("dev", "aside", "learned")
RoundKind = Literal["warm", "scratch"]
WARM = "warm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What all rounds have in common.

    `recipe` is nerloop's, with the changed parameters of all trainings; `changes` are further
    ones of the warm trainings.
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
        """The recipe, with the base model and numbers of documents that are not the defaults."""
        title = titled(self.recipe, self.base_model)
        numbers = (self.start, self.aside, self.step)
        if numbers == (START, ASIDE, STEP):
            return title
        return f"{title}-from-{'-'.join(map(str, numbers))}"

    def path(self, out: Path) -> Path:
        """The file of the corpus' cells, those of other settings included."""
        return out / WARM / f"{self.corpus}.jsonl"

    def table(self, out: Path) -> Path:
        """The file of the setting's table."""
        name = "+".join((f"{self.title}-warm", *self.changes))
        return out / WARM / f"{self.corpus}-{safe_name(name)}.md"

    def options(self, seed: int, warm_from: Path | None = None) -> TrainingOptions:
        """For a training from scratch, or from the version `warm_from`.

        Raises click.BadParameter for a recipe or a change that is not possible.
        """
        chosen = find_recipe(self.recipe).options
        changed = find_recipe(self.recipe, self.changes).options
        if not isinstance(chosen, TrainingOptions) or not isinstance(changed, TrainingOptions):
            raise TypeError(f"recipe {self.recipe!r} is not one of nerloop's")
        chosen = replace(chosen, base_model=self.base_model, seed=seed)
        if warm_from is None:
            return chosen
        names = [change.partition("=")[0] for change in self.changes]
        softened = chosen.continuing_from(warm_from)
        return replace(softened, **{name: getattr(changed, name) for name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundJob:
    """One training. Round 0 is the start, trained from scratch; warm round 1 continues from it."""

    setting: Setting
    seed: int
    round: int
    kind: RoundKind

    @property
    def is_in_chain(self) -> bool:
        """Whether a warm training continues from its model."""
        return self.kind == "warm" or self.round == 0

    @property
    def before(self) -> "RoundJob":
        """The training whose model a warm training continues from."""
        number = self.round - 1
        return replace(self, round=number, kind="warm" if number else "scratch")

    @property
    def changes(self) -> tuple[str, ...]:
        """The setting's, which a training from scratch does not have."""
        return self.setting.changes if self.kind == "warm" else ()

    @property
    def identity(self) -> Identity:
        """That of the job's cell."""
        return identity_of(
            title=self.setting.title,
            kind=self.kind,
            changes=self.changes,
            seed=self.seed,
            number=self.round,
        )

    def model(self, out: Path) -> Path:
        """The folder of the model, which is kept until the next round has gone on from it."""
        name = safe_name("-".join(map(str, self.identity)))
        return out / WARM / "models" / self.setting.corpus / name

    def __str__(self) -> str:
        return f"{self.setting.corpus} seed {self.seed} round {self.round} {self.kind}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundDocuments:
    """The documents that a round trains on, and those that it is scored on.

    `learned` are the documents of the start, which are part of `train` in every round. `aside` are
    drawn together with them and never trained on. `dev` are those of the corpus' dev.jsonl.
    """

    train: tuple[Document, ...]
    learned: tuple[Document, ...]
    aside: tuple[Document, ...]
    dev: tuple[Document, ...]

    def part(self, name: ScoredPart) -> tuple[Document, ...]:
        """The documents of one of the scored parts."""
        return {"dev": self.dev, "aside": self.aside, "learned": self.learned}[name]


def documents_of(job: RoundJob, corpus: MeasuredCorpus) -> RoundDocuments:
    """The documents of a round, which contain those of the rounds before; see `nested_subset`.

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


def identity_of(
    *, title: str, kind: RoundKind, changes: Sequence[str], seed: int, number: int
) -> Identity:
    """Title of the setting, kind with the changed parameters, seed, number of the round."""
    return (title, "+".join((kind, *changes)), seed, number)


def _without(documents: Sequence[Document], others: Sequence[Document]) -> tuple[Document, ...]:
    known = {*others}
    return tuple(document for document in documents if document not in known)
