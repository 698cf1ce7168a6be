"""Spans that reviewers probably got wrong or missed: where a model that did not see them disagrees.

Confident learning (Northcutt, Jiang and Chuang 2021, "Confident learning: estimating uncertainty in
dataset labels"): suspicious is what out-of-fold predictions contradict with confidence, where a
probability counts by what is usual for its label. Versions are as probable as their worst token
(`ner.crossval.span_probability`), and ranked by their ratio instead of the paper's margin: the
words elsewhere add to it, and others in the same document take from it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import log10
from statistics import fmean

from ner.crossval.fold_readings import Reading
from ner.crossval.span_probability import JudgedSpan
from ner.crossval.surface_evidence import Occurrence, SurfaceEvidence
from ner.spans import Document, Span

# Ratios stay finite: the words elsewhere count for a model without any doubt, too.
_CERTAIN = 1e-6


class LabelErrorKind(StrEnum):
    """What seems wrong with the gold: a span is missing, or there but not one, or is another.

    BOUNDARY: the model has a span of the same label there with other boundaries. LABEL: it has
    one of another label there, whatever its boundaries.
    """

    MISSED = "missed"
    SPURIOUS = "spurious"
    BOUNDARY = "boundary"
    LABEL = "label"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelError:
    """One disagreement, at most one for each span.

    `document` is its place among the documents; `gold` is None for MISSED, `predicted` for
    SPURIOUS. `predicted_probability` and `gold_probability` are the model's of its own version and
    of the gold one. The same words elsewhere in the corpus are labelled as the model has it
    `agreeing` times and as the gold has it `contrary` times. `score` is the decimal logarithm of
    the odds for the model's version, above 0.
    """

    document: int
    kind: LabelErrorKind
    gold: Span | None
    predicted: Span | None
    predicted_probability: float
    gold_probability: float
    agreeing: int
    contrary: int
    score: float

    @property
    def start(self) -> int:
        """Where the two versions begin, in code points."""
        return min(span.start for span in (self.gold, self.predicted) if span)

    @property
    def end(self) -> int:
        """Where they end."""
        return max(span.end for span in (self.gold, self.predicted) if span)


def find_label_errors(
    documents: Sequence[Document], readings: Sequence[Reading]
) -> tuple[LabelError, ...]:
    """Where the readings, one for each document, are rather right than the gold: worst first.

    The second of a document ranks by half of its score, the third by a third, and so on: where a
    model contradicts much of a document, it rather does not know such documents.

    The odds are the probability of the model's version to that of the gold one, times those that
    the same words elsewhere give, (agreeing + 1) : (contrary + 1). The probability of a span is
    divided by the mean of its label's gold spans, and is 1 from there on: a model that is never
    sure of a label is then neither deaf to it nor does it fill the ranking.
    """
    found = [
        disagreement
        for number, (document, reading) in enumerate(zip(documents, readings, strict=True))
        for disagreement in _disagreements(number, document, reading)
    ]
    strings = {text for each in found for text in each.texts(documents)}
    evidence = SurfaceEvidence(documents, strings)
    usual = _usual(readings)
    errors = [_scored(each, documents, evidence, usual) for each in found]
    return tuple(_ranked(error for error in errors if error.score > 0))


def _ranked(errors: Iterable[LabelError]) -> Iterator[LabelError]:
    worst_first = sorted(errors, key=lambda error: (-error.score, error.document, error.start))
    of_document = Counter[int]()
    ranked: list[tuple[float, LabelError]] = []
    for error in worst_first:
        of_document[error.document] += 1
        ranked.append((error.score / of_document[error.document], error))
    ranked.sort(key=lambda pair: -pair[0])
    return (error for _, error in ranked)


@dataclass(frozen=True, slots=True)
class _Disagreement:
    document: int
    kind: LabelErrorKind
    gold: JudgedSpan | None
    predicted: JudgedSpan | None

    @property
    def own(self) -> float:
        """The probability of the model's version: its span, or that there is none."""
        if self.predicted:
            return self.predicted.probability
        return self.gold.outside if self.gold else 0.0

    @property
    def given(self) -> float:
        """The probability of the gold version."""
        if self.gold:
            return self.gold.probability
        return self.predicted.outside if self.predicted else 0.0

    @property
    def place(self) -> Occurrence:
        spans = [each.span for each in (self.gold, self.predicted) if each]
        return Occurrence(self.document, min(s.start for s in spans), max(s.end for s in spans))

    def texts(self, documents: Sequence[Document]) -> Iterator[str]:
        text = documents[self.document].text
        for judged in (self.gold, self.predicted):
            if judged:
                yield text[judged.span.start : judged.span.end]

    def elsewhere(
        self, documents: Sequence[Document], evidence: SurfaceEvidence
    ) -> tuple[int, int]:
        """How often the same words elsewhere are as the model has them, and as the gold does."""
        text, place = documents[self.document].text, self.place

        def count(judged: JudgedSpan | None, other: JudgedSpan | None) -> int:
            if judged:
                span = judged.span
                return evidence.labelled(text[span.start : span.end], span.label, but=place)
            if other:
                return evidence.unlabelled(text[other.span.start : other.span.end], but=place)
            return 0

        return count(self.predicted, self.gold), count(self.gold, self.predicted)


def _disagreements(number: int, document: Document, reading: Reading) -> Iterator[_Disagreement]:
    same = {*document.spans} & {judged.span for judged in reading.predicted}
    gold = [judged for judged in reading.gold if judged.span not in same]
    predicted = [judged for judged in reading.predicted if judged.span not in same]
    for left, right in _pairs(gold, predicted):
        kind = (
            LabelErrorKind.BOUNDARY if left.span.label == right.span.label else LabelErrorKind.LABEL
        )
        yield _Disagreement(number, kind, left, right)
    # What overlaps something without being its pair belongs to a disagreement that is told already.
    for judged in predicted:
        if not any(judged.span.overlaps(span) for span in document.spans):
            yield _Disagreement(number, LabelErrorKind.MISSED, None, judged)
    for judged in gold:
        if not any(judged.span.overlaps(other.span) for other in reading.predicted):
            yield _Disagreement(number, LabelErrorKind.SPURIOUS, judged, None)


def _pairs(
    gold: Sequence[JudgedSpan], predicted: Sequence[JudgedSpan]
) -> Iterator[tuple[JudgedSpan, JudgedSpan]]:
    """Overlapping spans two by two, each once at most, those with the most in common first."""
    candidates = [
        (max(left.span.start, right.span.start) - min(left.span.end, right.span.end), left, right)
        for left in gold
        for right in predicted
        if left.span.overlaps(right.span)
    ]
    taken: set[Span] = set()
    for _, left, right in sorted(candidates, key=lambda c: (c[0], c[1].span, c[2].span)):
        if left.span not in taken and right.span not in taken:
            taken |= {left.span, right.span}
            yield left, right


def _usual(readings: Sequence[Reading]) -> Mapping[str, float]:
    """By label, the mean probability of its gold spans."""
    of_label: dict[str, list[float]] = {}
    for reading in readings:
        for judged in reading.gold:
            of_label.setdefault(judged.span.label, []).append(judged.probability)
    return {label: fmean(values) for label, values in of_label.items()}


def _scored(
    found: _Disagreement,
    documents: Sequence[Document],
    evidence: SurfaceEvidence,
    usual: Mapping[str, float],
) -> LabelError:
    agreeing, contrary = found.elsewhere(documents, evidence)
    own = _relative(found.own, found.predicted, usual)
    given = _relative(found.given, found.gold, usual)
    odds = max(own, _CERTAIN) / max(given, _CERTAIN) * (agreeing + 1) / (contrary + 1)
    return LabelError(
        document=found.document,
        kind=found.kind,
        gold=found.gold.span if found.gold else None,
        predicted=found.predicted.span if found.predicted else None,
        predicted_probability=found.own,
        gold_probability=found.given,
        agreeing=agreeing,
        contrary=contrary,
        score=log10(odds),
    )


def _relative(probability: float, version: JudgedSpan | None, usual: Mapping[str, float]) -> float:
    """The probability of a version by what is usual for its label; that of no span as it is."""
    mean = usual.get(version.span.label, 1.0) if version else 1.0
    return min(1.0, probability / mean) if mean else 1.0
