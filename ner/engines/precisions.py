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

PRECISIONS: tuple[Precision, ...] = ("int8", "int8_mixed", "bf16", "fp32")
LEAST_IDENTICAL = 0.995
MOST_LOST_F1 = 0.003
# Of the spans that int8 is compared on: fewer cannot tell one in two hundred.
LEAST_SPANS = 200
FLOATING_POINT: tuple[Precision, ...] = ("bf16", "fp32")
_FEW_SPANS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecisionCheck:
    """How a version in a precision compares with itself in torch's float32, on `documents`.

    The version was not trained on these if they are `held_out`. `identical` is the share of the
    `spans`, in [0, 1], that both predict, `lost_f1` by how much the strict micro F1 is lower.
    `seconds` is what the documents took on a `processor` of this kind (`ner.engines.processor`).
    `problem` says why there is no model of the precision, and is empty where there is one.
    """

    precision: Precision
    processor: str
    passed: bool
    identical: float = 0.0
    lost_f1: float = 0.0
    seconds: float = 0.0
    documents: int = 0
    spans: int = 0
    held_out: bool = False
    problem: str = ""


def check_precision(
    precision: Precision,
    processor: str,
    documents: Sequence[Document],
    *,
    reference: Sequence[Sequence[Span]],
    predicted: Sequence[Sequence[Span]],
    seconds: float,
    held_out: bool,
) -> PrecisionCheck:
    """Compares the spans predicted in this precision with the `reference` ones of the documents.

    It passes when `LEAST_IDENTICAL` of the spans are identical and the F1 is lower by at most
    `MOST_LOST_F1` or what one span makes, whichever is more; int8 needs `LEAST_SPANS`, too.
    """
    share = identical(reference, predicted)
    before, after = (
        strict_counts(documents, spans).sum(axis=0) for spans in (reference, predicted)
    )
    lost = _f1(*before) - _f1(*after)
    # The same predictions with one correct span less.
    allowed = max(MOST_LOST_F1, _f1(*before) - _f1(before[0] - 1, before[1], before[2]))
    compared = sum(map(len, reference))
    enough = precision in FLOATING_POINT or compared >= LEAST_SPANS
    return PrecisionCheck(
        precision=precision,
        processor=processor,
        passed=enough and share >= LEAST_IDENTICAL and lost <= allowed,
        identical=share,
        lost_f1=lost,
        seconds=seconds,
        documents=len(documents),
        spans=compared,
        held_out=held_out,
    )


def identical(left: Sequence[Sequence[Span]], right: Sequence[Sequence[Span]]) -> float:
    """The share, in [0, 1], of the spans of both sides that the other side has too.

    It is 1 when there are none. A span that only one side has lowers it half as much as one that
    begins or ends elsewhere on the other side.
    """
    ours, theirs = _numbered(left), _numbered(right)
    spans = len(ours) + len(theirs)
    return 2 * len(ours & theirs) / spans if spans else 1.0


def agree(left: Sequence[Sequence[Span]], right: Sequence[Sequence[Span]]) -> bool:
    """Whether `LEAST_IDENTICAL` of the spans are identical, or all but one.

    That is for the few samples of a version, of which one span is more than one in two hundred.
    """
    ours, theirs = _numbered(left), _numbered(right)
    all_but_one = max(len(ours - theirs), len(theirs - ours)) <= 1
    # Of two spans, one that differs is no agreement.
    enough = len(ours | theirs) > _FEW_SPANS
    return identical(left, right) >= LEAST_IDENTICAL or (enough and all_but_one)


def candidates(checks: Iterable[PrecisionCheck], processor: str) -> tuple[Precision, ...]:
    """The precisions that passed on such a processor, the fastest first, and none behind float32.

    Float32 is always right where the export is, so that a slower precision serves nothing.
    """
    here = [check for check in checks if check.passed and check.processor == processor]
    order = [check.precision for check in sorted(here, key=lambda check: check.seconds)]
    return tuple(order[: order.index("fp32") + 1] if "fp32" in order else order)


def _numbered(side: Sequence[Sequence[Span]]) -> set[tuple[int, Span]]:
    return {(number, span) for number, spans in enumerate(side) for span in spans}


def _f1(correct: float, predicted: float, gold: float) -> float:
    return 2 * float(correct) / float(predicted + gold) if predicted + gold else 0.0
