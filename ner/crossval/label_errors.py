"""Finds spans that reviewers probably got wrong or missed, where out-of-fold predictions disagree.

The method is confident learning (Northcutt, Jiang and Chuang 2021, "Confident learning: estimating
uncertainty in dataset labels"): the gold is suspicious where out-of-fold predictions contradict it
with confidence, and probabilities are relative to what is usual for a label. A version is as
probable as its worst token (`ner.crossval.span_probability`). Disagreements are ranked by the ratio
of the two versions' probabilities instead of the paper's margin, by how the same words are labelled
elsewhere, and by how many others their document has.
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

# Probabilities are at least this, so that ratios are finite and the same words elsewhere count even
# against a model that is certain.
_MIN_PROBABILITY = 1e-6


class LabelErrorKind(StrEnum):
    """What seems wrong with the gold.

    MISSED: it lacks a span. SPURIOUS: it has a span where there is none. BOUNDARY: the model has a
    span of the same label with other boundaries. LABEL: the model has a span of another label,
    with the same or other boundaries.
    """

    MISSED = "missed"
    SPURIOUS = "spurious"
    BOUNDARY = "boundary"
    LABEL = "label"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelError:
    """One disagreement, at most one for each span.

    `document` is the index of its document; `gold` is None for MISSED, `predicted` for SPURIOUS.
    `predicted_probability` and `gold_probability` are the probabilities that the model gives to its
    own version and to the gold one. Elsewhere in the corpus the same words are labelled `agreeing`
    times as in the model's version and `contrary` times as in the gold one. `score` is the decimal
    logarithm of the odds for the model's version, above 0.
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
        """The start of the earlier of the two spans, in code points."""
        return min(span.start for span in (self.gold, self.predicted) if span)

    @property
    def end(self) -> int:
        """The end of the later of the two spans, in code points."""
        return max(span.end for span in (self.gold, self.predicted) if span)


def find_label_errors(
    documents: Sequence[Document], readings: Sequence[Reading]
) -> tuple[LabelError, ...]:
    """The disagreements in which a reading is more likely right than the gold, worst first.

    `readings` has one for each document. The second error of a document ranks by half of its score,
    the third by a third, and so on: a model that contradicts much of a document probably does not
    know such documents.

    The odds are the probability of the model's version divided by that of the gold one, times those
    that the same words elsewhere give, (agreeing + 1) : (contrary + 1). The probability of a span
    is divided by the mean of its label's gold spans and limited to 1. Otherwise, for a label of
    which the model is never sure, few missed spans and nearly all gold spans would be listed.
    """
    disagreements = [
        disagreement
        for index, (document, reading) in enumerate(zip(documents, readings, strict=True))
        for disagreement in _disagreements(index, document, reading)
    ]
    strings = {text for each in disagreements for text in each.texts(documents)}
    evidence = SurfaceEvidence(documents, strings)
    usual = _usual_probabilities(readings)
    errors = [_scored(each, documents, evidence, usual) for each in disagreements]
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
    def predicted_probability(self) -> float:
        """The probability of the model's version: its span, or that there is none."""
        if self.predicted:
            return self.predicted.probability
        return self.gold.outside if self.gold else 0.0

    @property
    def gold_probability(self) -> float:
        """The probability of the gold version: its span, or that there is none."""
        if self.gold:
            return self.gold.probability
        return self.predicted.outside if self.predicted else 0.0

    @property
    def occurrence(self) -> Occurrence:
        """From the start of the earlier span to the end of the later one."""
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
        """The number of times that the same words elsewhere are labelled as in each version.

        The model's version comes first, then the gold one.
        """
        text, here = documents[self.document].text, self.occurrence

        def count(judged: JudgedSpan | None, other: JudgedSpan | None) -> int:
            if judged:
                span = judged.span
                return evidence.labelled(text[span.start : span.end], span.label, excluding=here)
            if other:
                string = text[other.span.start : other.span.end]
                return evidence.unlabelled(string, excluding=here)
            return 0

        return count(self.predicted, self.gold), count(self.gold, self.predicted)


def _disagreements(index: int, document: Document, reading: Reading) -> Iterator[_Disagreement]:
    same = {*document.spans} & {judged.span for judged in reading.predicted}
    gold = [judged for judged in reading.gold if judged.span not in same]
    predicted = [judged for judged in reading.predicted if judged.span not in same]
    for left, right in _pairs(gold, predicted):
        kind = (
            LabelErrorKind.BOUNDARY if left.span.label == right.span.label else LabelErrorKind.LABEL
        )
        yield _Disagreement(index, kind, left, right)
    # A span that overlaps another without being its pair belongs to a disagreement given above.
    for judged in predicted:
        if not any(judged.span.overlaps(span) for span in document.spans):
            yield _Disagreement(index, LabelErrorKind.MISSED, None, judged)
    for judged in gold:
        if not any(judged.span.overlaps(other.span) for other in reading.predicted):
            yield _Disagreement(index, LabelErrorKind.SPURIOUS, judged, None)


def _pairs(
    gold: Sequence[JudgedSpan], predicted: Sequence[JudgedSpan]
) -> Iterator[tuple[JudgedSpan, JudgedSpan]]:
    """Pairs of overlapping spans, the longest overlap first. Each span is in one pair at most."""
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


def _usual_probabilities(readings: Sequence[Reading]) -> Mapping[str, float]:
    """By label, the mean probability of its gold spans."""
    of_label: dict[str, list[float]] = {}
    for reading in readings:
        for judged in reading.gold:
            of_label.setdefault(judged.span.label, []).append(judged.probability)
    return {label: fmean(values) for label, values in of_label.items()}


def _scored(
    disagreement: _Disagreement,
    documents: Sequence[Document],
    evidence: SurfaceEvidence,
    usual: Mapping[str, float],
) -> LabelError:
    gold, predicted = disagreement.gold, disagreement.predicted
    agreeing, contrary = disagreement.elsewhere(documents, evidence)
    own = max(_relative(disagreement.predicted_probability, predicted, usual), _MIN_PROBABILITY)
    other = max(_relative(disagreement.gold_probability, gold, usual), _MIN_PROBABILITY)
    odds = own / other * (agreeing + 1) / (contrary + 1)
    return LabelError(
        document=disagreement.document,
        kind=disagreement.kind,
        gold=gold.span if gold else None,
        predicted=predicted.span if predicted else None,
        predicted_probability=disagreement.predicted_probability,
        gold_probability=disagreement.gold_probability,
        agreeing=agreeing,
        contrary=contrary,
        score=log10(odds),
    )


def _relative(probability: float, version: JudgedSpan | None, usual: Mapping[str, float]) -> float:
    """The probability of a version divided by what is usual for its label, at most 1.

    The probability of a version without a span is returned unchanged.
    """
    mean = usual.get(version.span.label, 1.0) if version else 1.0
    return min(1.0, probability / mean) if mean else 1.0
