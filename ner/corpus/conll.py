"""CoNLL columns: a token per line with its tag, a blank line between documents.

Reads IOB1, IOB2 and BILUO (also written BIOES). Columns are separated by tabs or, in a line without
any, by blanks; `ner.corpus.columns` finds out what they hold. The file does not record what was
between the tokens: `ner.corpus.joining` puts them together.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from ner.corpus.columns import BY_LOOKING, TAG, ChosenColumns, ColumnRow, Columns, find_columns
from ner.corpus.joining import is_divided_into_characters, join_tokens
from ner.corpus.lines import BadLine, Note
from ner.corpus.record import Item, ReadDocument
from ner.spans import Document
from ner.text.offsets import OffsetUnit
from ner.text.placement import RawSpan, place_spans

_DOCUMENT_START = "-DOCSTART-"
# GermEval's lines with the source of a sentence.
_NESTED_COMMENT = "#\t"
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
    lines: Iterable[tuple[int, str | BadLine]],
    source: str,
    chosen: ChosenColumns = BY_LOOKING,
) -> Iterator[Item]:
    """The document of each block of lines, or the block's first error.

    The file is BILUO when any of its tags exists only in that scheme. Otherwise it is IOB1 or IOB2,
    which are read alike: ``B-`` begins a span and so does ``I-`` after anything but its own label.
    Raises ColumnsError when the columns cannot be told apart.
    """
    given = [*lines]
    rows = [_row(n, line) for n, line in given if isinstance(line, str) and _has_row(line)]
    nested = any(isinstance(line, str) and line.startswith(_NESTED_COMMENT) for _, line in given)
    columns = find_columns(rows, chosen, nested=nested, source=source)
    if columns.note:
        yield Note(columns.note)
    blocks = list(_blocks(given, columns))
    tokens = [token for block in blocks if not isinstance(block, BadLine) for token in block]
    biluo = any(token.part in ("L", "U") for token in tokens)
    words = [token.text for token in tokens]
    # A file with blanks among its tokens says where they are.
    blanks = " " not in words and not is_divided_into_characters(words)
    for block in blocks:
        if isinstance(block, BadLine):
            yield block
            continue
        problem = _biluo_problem(block) if biluo else None
        yield problem or _document(block, source, blanks=blanks)


def _has_row(line: str) -> bool:
    return not _is_boundary(line) and not line.startswith("#")


def _row(number: int, line: str) -> ColumnRow:
    if "\t" not in line:
        return ColumnRow(number, tuple(part for part in line.split(" ") if part.strip()))
    cells = tuple(cell.strip() or cell for cell in line.split("\t"))
    return ColumnRow(number, cells if cells[-1].strip() or len(cells) < 3 else cells[:-1])


def _blocks(
    lines: Iterable[tuple[int, str | BadLine]], columns: Columns
) -> Iterator[list[_Token] | BadLine]:
    """The tokens of each document, or its first bad line."""
    block: list[_Token] = []
    bad: BadLine | None = None
    for number, line in chain(lines, [(0, "")]):
        token = line if isinstance(line, BadLine) else _token(number, line, columns)
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


def _token(number: int, line: str, columns: Columns) -> _Token | BadLine | None:
    """The line's token, or None for a boundary, a comment or a header."""
    if _is_boundary(line):
        return None
    row = _row(number, line)
    if columns.is_header(row):
        return None
    fits = len(row.cells) == columns.width
    word, tag = (row.cells[columns.token], row.cells[columns.tag]) if fits else ("", "")
    if word and TAG.fullmatch(tag):
        return _Token(number, word, tag)
    if line.startswith("#"):
        return None
    where = f"of {columns.width} columns " if not fits and len(row.cells) > 1 else ""
    plain = "; a plain text has no tags: give JSONL or CoNLL" if number == 1 else ""
    return BadLine(
        number,
        f"expected a token and, in column {columns.tag + 1} {where}, a tag such as O or B-X, "
        f"got {line!r}{plain}".replace(" ,", ","),
    )


def _document(block: Sequence[_Token], source: str, *, blanks: bool) -> ReadDocument:
    text, starts = join_tokens([token.text for token in block], blanks=blanks)
    spans: list[RawSpan] = []
    previous = ""
    for token, start in zip(block, starts, strict=True):
        end = start + len(token.text)
        if token.part in ("I", "L") and token.label == previous:
            spans[-1] = (spans[-1][0], end, token.label)
        elif token.part != "O":
            spans.append((start, end, token.label))
        previous = token.label
    placed = place_spans(text, spans, OffsetUnit.CODEPOINT)
    line = block[0].line
    return ReadDocument(line, Document(text, placed.spans, id=f"{source}:{line}"), placed.counts)


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
