"""The precisions in which OpenVINO computes, and whether one is good enough for a version.

The accuracy of int8 depends on the instructions of the processor; a check therefore names it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ner.scoring.matching import strict_counts
from ner.spans import Document, Span

# In "int8_mixed" the layers that lose most by int8 are left in floating point.
Precision: TypeAlias = Literal["int8", "int8_mixed", "bf16", "fp32"]

# Fastest first on the processors on which they were compared (`benchmarks.engines`).
PRECISIONS: tuple[Precision, ...] = ("int8", "int8_mixed", "bf16", "fp32")
LEAST_IDENTICAL = 0.995
MOST_LOST_F1 = 0.003


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecisionCheck:
    """How a version in a precision compares with itself in torch's float32, on held-out documents.

    `identical` is the share of spans, in [0, 1], that both predict, `lost_f1` by how much the
    strict micro F1 is lower. `seconds` is what the documents took on a `processor` of this kind
    (`ner.engines.processor`).
    """

    precision: Precision
    processor: str
    passed: bool
    identical: float
    lost_f1: float
    seconds: float


def check_precision(
    precision: Precision,
    processor: str,
    documents: Sequence[Document],
    *,
    reference: Sequence[Sequence[Span]],
    predicted: Sequence[Sequence[Span]],
    seconds: float,
) -> PrecisionCheck:
    """Compares the spans predicted in this precision with the `reference` ones of the documents.

    It passes when `LEAST_IDENTICAL` of the spans are identical and the F1 is lower by at most
    `MOST_LOST_F1` or what one span makes, whichever is more.
    """
    share = identical(reference, predicted)
    before, after = (
        strict_counts(documents, spans).sum(axis=0) for spans in (reference, predicted)
    )
    lost = _f1(*before) - _f1(*after)
    # The same predictions with one correct span less.
    allowed = max(MOST_LOST_F1, _f1(*before) - _f1(before[0] - 1, before[1], before[2]))
    return PrecisionCheck(
        precision=precision,
        processor=processor,
        passed=share >= LEAST_IDENTICAL and lost <= allowed,
        identical=share,
        lost_f1=lost,
        seconds=seconds,
    )


def identical(left: Sequence[Sequence[Span]], right: Sequence[Sequence[Span]]) -> float:
    """The share, in [0, 1], of the spans of both sides that the other side has too.

    It is 1 when there are none. A span that only one side has lowers it half as much as one that
    begins or ends elsewhere on the other side.
    """
    ours, theirs = (
        {(number, span) for number, spans in enumerate(side) for span in spans}
        for side in (left, right)
    )
    spans = len(ours) + len(theirs)
    return 2 * len(ours & theirs) / spans if spans else 1.0


def candidates(
    checks: Iterable[PrecisionCheck], processor: str, *, unchecked: bool = True
) -> tuple[Precision, ...]:
    """The precisions that passed on such a processor, the one that took the least time first.

    Where a precision has no check on such a processor, those of others count, unless `unchecked`
    is false. Float32 is always the last one.
    """
    passed = sorted((check for check in checks if check.passed), key=lambda check: check.seconds)
    here = [check for check in passed if check.processor == processor]
    if not here and unchecked:
        here = passed
    faster = (check.precision for check in here if check.precision != "fp32")
    return (*dict.fromkeys(faster), "fp32")


def _f1(correct: float, predicted: float, gold: float) -> float:
    return 2 * float(correct) / float(predicted + gold) if predicted + gold else 0.0
