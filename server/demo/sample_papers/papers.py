"""Sample papers for the demo: made-up headers of scientific papers with exact gold spans.

The label is AFFILIATION: every address where an author works, from the smallest unit to the
country, without its marker and a final full stop. Institutions that fund, publish or are thanked
are not affiliations. Held-out papers have layouts and names that no other paper has.
"""

import random
from itertools import count as numbers

from ner.hashing import Side, side_of, text_hash
from ner.spans import Document
from server.demo.sample_papers.facts import Facts
from server.demo.sample_papers.held_out_layouts import HELD_OUT_LAYOUTS
from server.demo.sample_papers.layouts import TRAIN_LAYOUTS
from server.demo.sample_papers.names import HELD_OUT_NAMES, TRAIN_NAMES
from server.demo.sample_papers.page import Page
from server.demo.sample_papers.prose import HELD_OUT_PROSE, TRAIN_PROSE

PAPERS = 200
SHARE = 0.2
LONG_EVERY = 16
NOISY_SHARE = 0.25
NOISE = 0.08


def sample_papers(count: int = PAPERS, *, seed: int = 1, share: float = SHARE) -> list[Document]:
    """Returns papers in the order of review, the same ones for the same arguments.

    Every n-th paper, where n is 1 / `share` rounded, has a held-out layout and held-out names.
    These are the papers that `ner.hashing.side_of` holds out at this share.
    """
    rng = random.Random(seed)  # noqa: S311  (nothing secret is drawn)
    every = round(1 / share)
    papers: list[Document] = []
    for index in range(count):
        side: Side = "held_out" if index % every == every - 1 else "train"
        papers.append(_paper(index, side, seed=rng.getrandbits(64), share=share))
    return papers


def _paper(index: int, side: Side, *, seed: int, share: float) -> Document:
    """Varies the manuscript number until the hash of the text is on the given side."""
    for number in numbers(1000 + index):
        paper = _write_paper(index, side, seed=seed, number=number)
        if side_of(text_hash(paper.text), share) == side:
            return paper
    raise AssertionError("unreachable: the numbers do not end")


def _write_paper(index: int, side: Side, *, seed: int, number: int) -> Document:
    rng = random.Random(seed)  # noqa: S311
    layouts = TRAIN_LAYOUTS if side == "train" else HELD_OUT_LAYOUTS
    names = TRAIN_NAMES if side == "train" else HELD_OUT_NAMES
    prose = TRAIN_PROSE if side == "train" else HELD_OUT_PROSE
    layout = rng.choice(layouts)
    page = Page(rng, noise=NOISE if rng.random() < NOISY_SHARE else 0.0)
    length = rng.randint(52, 64) if index % LONG_EVERY == LONG_EVERY - 1 else rng.randint(2, 5)
    layout(page, Facts(rng, names, prose, number=number), length)
    return page.document(name=f"paper-{index + 1:03d}", layout=layout.__name__)
