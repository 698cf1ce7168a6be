"""Which columns of a file hold the tokens and the tags, found by looking at all of its rows."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ner.errors import ColumnsError

TAG = re.compile(r"O|[BILUES]-.*\S")
# The labels of the phrases in the third column of CoNLL 2000 and 2003.
_CHUNKS = frozenset(
    ("ADJP", "ADVP", "CONJP", "INTJ", "LST", "NP", "PP", "PRT", "SBAR", "UCP", "VP")
)
_HEADERS = frozenset(
    (
        *("token", "tokens", "word", "words", "text", "form", "tag", "tags", "label", "labels"),
        *("ner", "ner_tag", "ner_tags", "ne", "iob", "bio", "entity", "entities"),
    )
)
# The share of rows that must agree on what a column is; single rows may be bad.
_MOST = 0.9


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """A line's number and its columns, without blanks at their ends."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChosenColumns:
    """The numbers, from 1, of the columns that the user names; None where the file decides."""

    token: int | None = None
    tag: int | None = None


# The file decides about both.
BY_LOOKING = ChosenColumns()


@dataclass(frozen=True, slots=True)
class Columns:
    """Indices, from 0, of the token and the tag in rows of `width` columns.

    `header` is the row that names the columns, which may be repeated. `note` says what was chosen
    where there was a choice, "" where there was none.
    """

    token: int
    tag: int
    width: int
    header: ColumnRow | None = None
    note: str = ""

    def is_header(self, row: ColumnRow) -> bool:
        """Whether the row names the columns."""
        return self.header is not None and row.cells == self.header.cells


def find_columns(
    rows: Sequence[ColumnRow], chosen: ChosenColumns, *, nested: bool, source: str
) -> Columns:
    """The columns to read; `nested` says that a second tag column holds spans inside of spans.

    Raises ColumnsError when two columns may hold the gold tags and neither was chosen, or when a
    chosen column does not exist.
    """
    header = next((row for row in rows[:1] if _is_header(row)), None)
    rows = [row for row in rows if header is None or row.cells != header.cells]
    width = Counter(len(row.cells) for row in rows).most_common(1)[0][0] if rows else 2
    for name, number in (("token", chosen.token), ("tag", chosen.tag)):
        if number is not None and not 1 <= number <= width:
            raise ColumnsError(f"{source}: there is no {name} column {number}; it has {width}")
    table = [row.cells for row in rows if len(row.cells) == width]
    filled = [i for i in range(width) if any(cells[i] for cells in table)]
    index = filled[0] if len(filled) > 2 and _counts([c[filled[0]] for c in table]) else None
    words = [i for i in filled if i != index]
    tags = [i for i in words if _are_tags([cells[i] for cells in table])]
    tag = chosen.tag - 1 if chosen.tag else _tag_column(table, words, tags, nested, source)
    other = [i for i in words if i != tag] or [0]
    token = chosen.token - 1 if chosen.token else other[0]
    return Columns(token, tag, width, header, _note(token, tag, filled, index, header, [*tags]))


def _tag_column(
    table: Sequence[tuple[str, ...]],
    words: Sequence[int],
    tags: Sequence[int],
    nested: bool,
    source: str,
) -> int:
    # The first column that does not count holds the tokens, unless it alone holds tags.
    candidates = [i for i in tags if i != words[0]] or [*tags]
    if len(candidates) > 1:
        candidates = [i for i in candidates if not _are_chunks([c[i] for c in table])] or candidates
    if not candidates:
        return len(table[0]) - 1 if table else 1
    if len(candidates) > 1 and not nested:
        numbers = " and ".join(str(i + 1) for i in candidates)
        raise ColumnsError(
            f"{source}: columns {numbers} all hold tags, and one of them may be a prediction; "
            "choose the column with the gold tags"
        )
    return candidates[0]


def _note(
    token: int,
    tag: int,
    filled: Sequence[int],
    index: int | None,
    header: ColumnRow | None,
    tags: Sequence[int],
) -> str:
    parts = [f"line {header.line} names the columns"] if header else []
    parts += (
        [f"column {index + 1} counts the tokens and is passed over"] if index is not None else []
    )
    if len(filled) > 2 or (token, tag) != (0, filled[-1] if filled else 1):
        parts.append(f"tokens are read from column {token + 1} and tags from column {tag + 1}")
        others = [str(i + 1) for i in tags if i not in (token, tag)]
        parts += [f"tags in column {', '.join(others)} are not read"] if others else []
    return "; ".join(parts)


def _is_header(row: ColumnRow) -> bool:
    return not any(TAG.fullmatch(cell) for cell in row.cells) and any(
        cell.lower() in _HEADERS for cell in row.cells
    )


def _are_tags(cells: Sequence[str]) -> bool:
    return 2 * sum(TAG.fullmatch(cell) is not None for cell in cells) > len(cells)


def _are_chunks(cells: Sequence[str]) -> bool:
    labels = {cell[2:] for cell in cells if TAG.fullmatch(cell)} - {""}
    return bool(labels) and labels <= _CHUNKS


def _counts(cells: Sequence[str]) -> bool:
    """Whether the cells count from 0 or 1, beginning anew with each document."""
    return sum(_follow(cells)) >= _MOST * len(cells)


def _follow(cells: Sequence[str]) -> Iterator[bool]:
    previous = 0
    for cell in cells:
        number = int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 10 else -1
        yield number in (0, 1, previous + 1)
        previous = number
