"""CoNLL columns: a token per line with its tag in the last column, a blank line between documents.

Reads IOB1, IOB2 and BILUO (also written BIOES). Columns are separated by tabs or, in a line without
any, by blanks. The text is the tokens joined by blanks, because the file does not record what was
between them.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from ner.corpus.lines import BadLine
from ner.spans import Document, Span

_TAG = re.compile(r"O|[BILUES]-.*\S")
_DOCUMENT_START = "-DOCSTART-"
_BIOES = str.maketrans("ES", "LU")


@dataclass(frozen=True, slots=True)
class _Token:
    line: int
    text: str
    tag: str

    @property
    def part(self) -> str:
        return self.tag[0].translate(_BIOES)

    @property
    def label(self) -> str:
        return self.tag[2:]


def read_conll(
    lines: Iterable[tuple[int, str | BadLine]], source: str
) -> Iterator[Document | BadLine]:
    """The document of each block of lines, or the block's first error.

    The file is BILUO when any of its tags exists only in that scheme. Otherwise it is IOB1 or IOB2,
    which are read alike: ``B-`` begins a span and so does ``I-`` after anything but its own label.
    """
    blocks = list(_blocks(lines))
    tokens = (token for block in blocks if not isinstance(block, BadLine) for token in block)
    biluo = any(token.part in ("L", "U") for token in tokens)
    for block in blocks:
        if isinstance(block, BadLine):
            yield block
            continue
        problem = _biluo_problem(block) if biluo else None
        yield problem or _document(block, f"{source}:{block[0].line}")


def _blocks(lines: Iterable[tuple[int, str | BadLine]]) -> Iterator[list[_Token] | BadLine]:
    """The tokens of each document, or its first bad line."""
    block: list[_Token] = []
    bad: BadLine | None = None
    for number, line in chain(lines, [(0, "")]):
        token = line if isinstance(line, BadLine) else _token(number, line)
        if isinstance(token, _Token):
            block.append(token)
        elif token is not None:
            bad = bad or token
        elif _is_boundary(line):
            if bad or block:
                yield bad or block
            block, bad = [], None


def _is_boundary(line: str | BadLine) -> bool:
    return isinstance(line, str) and (not line.strip() or line.startswith(_DOCUMENT_START))


def _token(number: int, line: str) -> _Token | BadLine | None:
    """The line's token, or None for a boundary or a comment."""
    columns = line.split("\t") if "\t" in line else [part for part in line.split(" ") if part]
    word, tag = (columns[0].strip(), columns[-1].strip()) if len(columns) > 1 else ("", "")
    if _is_boundary(line):
        return None
    if word and _TAG.fullmatch(tag):
        return _Token(number, word, tag)
    if line.startswith("#"):
        return None
    return BadLine(
        number, f"expected a token and, in the last column, a tag such as O or B-X, got {line!r}"
    )


def _document(block: Sequence[_Token], name: str) -> Document:
    spans: list[Span] = []
    start = 0
    previous = ""
    for token in block:
        end = start + len(token.text)
        continues = token.part in ("I", "L") and token.label == previous
        if continues:
            spans[-1] = Span(spans[-1].start, end, token.label)
        elif token.part != "O":
            spans.append(Span(start, end, token.label))
        previous = token.label
        start = end + 1
    return Document(" ".join(token.text for token in block), tuple(spans), id=name)


def _biluo_problem(block: Sequence[_Token]) -> BadLine | None:
    end = _Token(block[-1].line, "", "O")
    for token, after in pairwise([end, *block, end]):
        is_open = token.part in ("B", "I")
        continues = after.part in ("I", "L")
        if is_open != continues or (is_open and token.label != after.label):
            got = "the document's end" if after is end else after.tag
            return BadLine(
                after.line,
                f"expected BILUO tags, as elsewhere in this file, got {got} after {token.tag}",
            )
    return None
