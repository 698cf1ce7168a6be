"""The corpora that are measured on: folders with train.jsonl and dev.jsonl, in code points."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ner.corpus.corpus import read_corpus
from ner.errors import CorpusError
from ner.hashing import exact_hash, text_hash
from ner.spans import Document

# Not a seed of trainings, which draw validation parts of their own in the same way.
VALIDATION_SEED = 1000


@dataclass(frozen=True, slots=True)
class MeasuredCorpus:
    """Documents to train on, and those that the result is scored on."""

    train: tuple[Document, ...]
    dev: tuple[Document, ...]


def read_folder(folder: Path) -> MeasuredCorpus:
    """The corpus in `folder`. Raises CorpusError when a file is missing, empty or unreadable."""
    parts: list[tuple[Document, ...]] = []
    for name in ("train.jsonl", "dev.jsonl"):
        path = folder / name
        if not path.is_file():
            raise CorpusError(
                f"{folder} has no {name}: name a folder with train.jsonl and dev.jsonl "
                "(python -m benchmarks.sample_corpus writes one)"
            )
        parts.append(read_corpus(path).documents)
    return MeasuredCorpus(*parts)


def validation_of(corpus: MeasuredCorpus, share: float) -> MeasuredCorpus:
    """The corpus with `share` of its training documents set aside in place of dev.

    Raises CorpusError when the training documents are too few to set some with spans aside.
    """
    from ner.training.data import split_validation

    split = split_validation(corpus.train, share=share, seed=VALIDATION_SEED)
    if not split.validation:
        raise CorpusError(
            f"{len(corpus.train)} training documents cannot be split at {share}: "
            "choose another share, or a corpus with more documents that have spans"
        )
    return MeasuredCorpus(split.training, split.validation)


def reduced(corpus: MeasuredCorpus, count: int, seed: int) -> MeasuredCorpus:
    """The corpus with about `count` of its training documents, as `nested_subset` draws them."""
    return replace(corpus, train=nested_subset(corpus.train, count, seed=seed))


def nested_subset(documents: Sequence[Document], count: int, *, seed: int) -> tuple[Document, ...]:
    """`count` documents, or all, in hash order: a larger subset contains the smaller ones.

    Near-copies are drawn together, so there may be a few more than `count`.
    """
    groups: dict[str, list[Document]] = {}
    for document in documents:
        groups.setdefault(text_hash(document.text), []).append(document)
    drawn: list[Document] = []
    for group in sorted(groups, key=lambda group: exact_hash(f"subset {seed} {group}")):
        if len(drawn) >= count:
            break
        drawn += groups[group]
    return tuple(drawn)
