"""Scores of predicted spans against gold ones.

Strict: a predicted span is correct when start, end and label are those of a gold span. Partial:
half a point for an overlap with the right label, see `ner.scoring.matching.partial_credit`.
Precision is correct / predicted, recall correct / gold, F1 their harmonic mean; each is 0 where it
would be a division by 0 (nothing predicted, nothing gold). Micro sums the spans of all labels,
macro is the plain mean over the labels that occur in the gold or among the predictions, 0 without
any.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from pydantic import JsonValue, TypeAdapter

from ner.scoring.bootstrap import Interval, interval
from ner.scoring.matching import check_lengths, labels_of, partial_credit
from ner.spans import Document, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecisionRecallF1:
    """`support` counts the gold spans, `predicted` the predicted ones."""

    precision: float
    recall: float
    f1: float
    support: int
    predicted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchScores:
    """The figures under one definition of a correct span. `labels` is sorted by label."""

    micro: PrecisionRecallF1
    macro: PrecisionRecallF1
    labels: Mapping[str, PrecisionRecallF1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """Which labels were predicted at the offsets of gold spans, and spans without a counterpart.

    `pairs[gold][predicted]` counts spans with the same offsets, the same label included. `missed`
    counts gold spans without a predicted one of the same offsets, `spurious` the reverse.
    """

    pairs: Mapping[str, Mapping[str, int]]
    missed: Mapping[str, int]
    spurious: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """`interval` is that of the strict micro F1 over documents, None without documents."""

    strict: MatchScores
    partial: MatchScores
    confusion: Confusion
    interval: Interval | None
    documents: int
    spans: int

    def to_json(self) -> dict[str, JsonValue]:
        """Nested mappings under the names of the fields, for a manifest or standard output."""
        return TypeAdapter(dict[str, JsonValue]).validate_python(asdict(self))


def evaluate(
    gold: Sequence[Document],
    predicted: Sequence[Sequence[Span]],
    *,
    seed: int = 1,
    samples: int = 1000,
) -> Scores:
    """Scores `predicted[i]` against `gold[i].spans`, with a 95 % interval of `samples` resamples.

    Raises ValueError when the lengths differ.
    """
    check_lengths(gold, predicted)
    tally = _Tally()
    for document, spans in zip(gold, predicted, strict=True):
        tally.add({*document.spans}, {*spans})
    return Scores(
        strict=tally.match_scores(tally.strict),
        partial=tally.match_scores(tally.partial),
        confusion=tally.confusion(),
        interval=interval(gold, predicted, seed=seed, samples=samples) if gold else None,
        documents=len(gold),
        spans=tally.gold.total(),
    )


class _Tally:
    """Counts by label. `strict` and `partial` count half points, so that they are integers."""

    def __init__(self) -> None:
        self.gold: Counter[str] = Counter()
        self.predicted: Counter[str] = Counter()
        self.strict: Counter[str] = Counter()
        self.partial: Counter[str] = Counter()
        self.pairs: Counter[tuple[str, str]] = Counter()

    def add(self, gold: set[Span], predicted: set[Span]) -> None:
        self.gold += labels_of(gold)
        self.predicted += labels_of(predicted)
        for label, count in labels_of(gold & predicted).items():
            self.strict[label] += 2 * count
            self.pairs[label, label] += count
        self.partial += partial_credit([*gold], [*predicted])
        self.pairs += _confused(gold - predicted, predicted - gold)

    def match_scores(self, points: Counter[str]) -> MatchScores:
        names = sorted(self.gold.keys() | self.predicted.keys())
        labels = {
            name: _figures(points[name], self.predicted[name], self.gold[name]) for name in names
        }
        return MatchScores(
            micro=_figures(points.total(), self.predicted.total(), self.gold.total()),
            macro=_mean([*labels.values()]),
            labels=labels,
        )

    def confusion(self) -> Confusion:
        pairs: dict[str, dict[str, int]] = {}
        paired_gold, paired_predicted = Counter[str](), Counter[str]()
        for (gold, predicted), count in sorted(self.pairs.items()):
            pairs.setdefault(gold, {})[predicted] = count
            paired_gold[gold] += count
            paired_predicted[predicted] += count
        return Confusion(
            pairs=pairs,
            missed=dict(sorted((self.gold - paired_gold).items())),
            spurious=dict(sorted((self.predicted - paired_predicted).items())),
        )


def _confused(gold: set[Span], predicted: set[Span]) -> Counter[tuple[str, str]]:
    """Labels of gold and predicted spans at the same offsets, paired in their sorted order."""
    pairs: Counter[tuple[str, str]] = Counter()
    at_offsets: dict[tuple[int, int], list[str]] = {}
    for span in sorted(predicted, reverse=True):
        at_offsets.setdefault((span.start, span.end), []).append(span.label)
    for span in sorted(gold):
        if unpaired := at_offsets.get((span.start, span.end)):
            pairs[span.label, unpaired.pop()] += 1
    return pairs


def _figures(points: int, predicted: int, gold: int) -> PrecisionRecallF1:
    return PrecisionRecallF1(
        precision=_ratio(points, 2 * predicted),
        recall=_ratio(points, 2 * gold),
        f1=_ratio(points, predicted + gold),
        support=gold,
        predicted=predicted,
    )


def _mean(figures: list[PrecisionRecallF1]) -> PrecisionRecallF1:
    count = len(figures)
    return PrecisionRecallF1(
        precision=_ratio(sum(each.precision for each in figures), count),
        recall=_ratio(sum(each.recall for each in figures), count),
        f1=_ratio(sum(each.f1 for each in figures), count),
        support=sum(each.support for each in figures),
        predicted=sum(each.predicted for each in figures),
    )


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
