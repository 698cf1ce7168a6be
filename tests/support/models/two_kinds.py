"""Documents of two kinds that a tiny model learns in seconds: universities, and institutes.

A model trained on one kind does not know the other, so that training on both must raise the score
on documents of both.
"""

import random
from dataclasses import dataclass

from ner.hashing import side_of, text_hash
from tests.support.models.easy_task import FILLER, SYLLABLES

LABEL = "AFFILIATION"
SHARE = 0.2
# Beyond the BMP: two UTF-16 units each, so that an offset in the wrong unit shows.
PREFIX = "😀🎓 "


@dataclass(frozen=True, slots=True)
class Sample:
    """A text with one span, which covers the string `covered`."""

    text: str
    covered: str

    @property
    def span(self) -> tuple[int, int, str]:
        """The gold span in Doccano's units."""
        start = self.text.index(self.covered)
        return _utf16(self.text[:start]), _utf16(self.text[:start] + self.covered), LABEL

    @property
    def held_out(self) -> bool:
        """Whether nerloop puts the text on the held-out side."""
        return side_of(text_hash(self.text), SHARE) == "held_out"


def samples(kind: str, count: int, *, held_out: int, seed: int = 1) -> list[Sample]:
    """`count` samples of ``university`` or ``institute``, `held_out` of them on that side."""
    random_ = random.Random(f"{kind}{seed}")
    wanted = {True: held_out, False: count - held_out}
    drawn: list[Sample] = []
    while len(drawn) < count:
        sample = _sample(random_, kind)
        if wanted[sample.held_out]:
            wanted[sample.held_out] -= 1
            drawn.append(sample)
    return drawn


def _sample(random_: random.Random, kind: str) -> Sample:
    name = "".join(random_.choices(SYLLABLES, k=2)).capitalize()
    covered = f"University of {name}" if kind == "university" else f"Institute for {name}"
    before = " ".join(random_.choices(FILLER, k=random_.randint(3, 8)))
    after = " ".join(random_.choices(FILLER, k=random_.randint(2, 6)))
    return Sample(f"{PREFIX}{before}\n{covered} {after}", covered)


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
