"""Folds for cross-validation: near-copies share a fold, and labels are spread evenly over folds."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ner.errors import TrainingError
from ner.hashing import exact_hash, text_hash
from ner.spans import Document


def assign_folds(documents: Sequence[Document], *, folds: int, seed: int) -> tuple[int, ...]:
    """The fold, from 0, of each document; the same whatever order they come in.

    Documents with one `text_hash` are a group and share a fold. Groups are dealt out by iterative
    stratification (Sechidis, Tsoumakas and Vlahavas 2011, "On the stratification of multi-label
    data"), with spans counted where the paper has labels present or absent. No fold is empty.

    Raises TrainingError for fewer than 2 groups or 2 folds, or more folds than groups.
    """
    hashes = [text_hash(document.text) for document in documents]
    groups = _groups(documents, hashes, seed)
    if len(groups) < 2:
        raise TrainingError(
            "cross-validation trains on some documents and tests on others, and there are only "
            f"{len(groups)} with different texts: annotate more documents"
        )
    if not 2 <= folds <= len(groups):
        raise TrainingError(
            f"{folds} folds cannot be made of {len(groups)} different texts (near-copies count "
            f"once): choose a number from 2 to {len(groups)}, or annotate more documents"
        )
    fold_of = _deal(groups, folds)
    return tuple(fold_of[group] for group in hashes)


def rare_labels(documents: Sequence[Document], *, folds: int) -> dict[str, int]:
    """The labels in fewer groups of near-copies than there are folds, with their number of groups.

    They are sorted. At least one fold has no span of such a label to score. A label in a single
    group is not in the training part of the fold that has it.
    """
    groups: dict[str, set[str]] = {}
    for document in documents:
        group = text_hash(document.text)
        for label in document.labels:
            groups.setdefault(label, set()).add(group)
    return {label: len(groups[label]) for label in sorted(groups) if len(groups[label]) < folds}


@dataclass(frozen=True, slots=True)
class _Group:
    """A group of near-copies: its number of documents, and of spans of each label in them."""

    name: str
    documents: int
    spans: Counter[str]


def _groups(documents: Sequence[Document], hashes: Sequence[str], seed: int) -> list[_Group]:
    """The groups, in an order drawn by the seed."""
    sizes = Counter(hashes)
    spans: dict[str, Counter[str]] = {group: Counter() for group in sizes}
    for document, group in zip(documents, hashes, strict=True):
        spans[group].update(span.label for span in document.spans)
    drawn = sorted(sizes, key=lambda group: exact_hash(f"fold {seed} {group}"))
    return [_Group(group, sizes[group], spans[group]) for group in drawn]


def _deal(groups: Sequence[_Group], folds: int) -> dict[str, int]:
    """The fold of each group. Groups of the label with the fewest remaining spans come first."""
    deficits = _Deficits(groups, folds)
    fold_of: dict[str, int] = {}
    left = list(groups)
    while left:
        spans = sum((group.spans for group in left), Counter[str]())
        label = min(spans, key=lambda name: (spans[name], name)) if spans else None
        having = [group for group in left if label is None or group.spans[label]]
        # Large groups come first, because small ones can then even out their differences.
        having.sort(key=lambda group: -(group.spans[label] if label else group.documents))
        for group in having:
            fold_of[group.name] = deficits.take(group, label)
        left = [group for group in left if group.name not in fold_of]
    return fold_of


class _Deficits:
    """The spans and documents that each fold still lacks of its share.

    They are multiplied by the number of folds, so that they are integers.
    """

    def __init__(self, groups: Sequence[_Group], folds: int) -> None:
        totals = sum((group.spans for group in groups), Counter[str]())
        documents = sum(group.documents for group in groups)
        self._spans: Mapping[str, list[int]] = {name: [n] * folds for name, n in totals.items()}
        self._documents = [documents] * folds
        self._folds = folds

    def take(self, group: _Group, label: str | None) -> int:
        """Puts the group into the fold that lacks most spans of `label`, then most documents.

        Returns the fold. An empty fold lacks the most of everything, so none stays empty.
        """
        spans = self._spans[label] if label is not None else self._documents
        fold = min(range(self._folds), key=lambda f: (-spans[f], -self._documents[f], f))
        for name, count in group.spans.items():
            self._spans[name][fold] -= count * self._folds
        self._documents[fold] -= group.documents * self._folds
        return fold
