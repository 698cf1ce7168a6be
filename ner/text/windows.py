"""Overlapping windows over a document's tokens: any length, nothing truncated."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

# The defaults: tokens of a window, special tokens included, and tokens that neighbouring windows
# share.
WINDOW = 384
OVERLAP = 64


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens ``[start, stop)`` that the model sees at once.

    Its predictions are used for ``[core_start, core_stop)``; the other tokens are context.
    """

    start: int
    stop: int
    core_start: int
    core_stop: int

    def __len__(self) -> int:
        return self.stop - self.start


def split(n_tokens: int, size: int, stride: int) -> tuple[Window, ...]:
    """Covers `n_tokens` tokens with windows of at most `size`.

    `stride` is the least number of tokens that neighbours share, as in the tokenizers library.
    There are as few windows as possible, of lengths as equal as possible. The cores partition the
    tokens: each token is in the core of the window in which it has the most context.

    Raises ValueError unless ``size >= 1`` and ``0 <= stride < size``.
    """
    if n_tokens < 0 or size < 1 or not 0 <= stride < size:
        raise ValueError(
            f"cannot split {n_tokens} tokens into windows of {size} that share {stride}: "
            "the size must be at least 1 and the shared part smaller than it"
        )
    if n_tokens == 0:
        return ()
    bounds = _bounds(n_tokens, size, stride)
    cuts = [(right[0] + left[1]) // 2 for left, right in pairwise(bounds)]
    cores = pairwise([0, *cuts, n_tokens])
    return tuple(Window(*window, *core) for window, core in zip(bounds, cores, strict=True))


def length_batches(lengths: Sequence[int], tokens: int) -> list[list[int]]:
    """The indices of windows of these lengths in batches: longest first, similar ones together.

    A batch has at most `tokens` tokens when its windows are padded to the longest of them; a longer
    window is a batch of its own.
    """
    batches: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        if batches and (len(batches[-1]) + 1) * lengths[batches[-1][0]] <= tokens:
            batches[-1].append(index)
        else:
            batches.append([index])
    return batches


def _bounds(n_tokens: int, size: int, stride: int) -> list[tuple[int, int]]:
    count = max(1, -(-(n_tokens - stride) // (size - stride)))
    length = -(-(n_tokens + (count - 1) * stride) // count)
    # The last window ends with the last token; the slack of rounding up goes into the overlaps.
    starts = [i * (n_tokens - length) // max(count - 1, 1) for i in range(count)]
    return [(start, start + length) for start in starts]
