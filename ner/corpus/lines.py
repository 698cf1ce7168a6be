"""Numbered lines of a UTF-8 text file, and what readers find in them besides documents."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ner.errors import CorpusError

_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line, counted from 1, that could not be read; `problem` says what was expected.

    With `is_last`, nothing behind it could be read either, however much there is.
    """

    line: int
    problem: str
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A document that the file itself declares not to be gold, and the words for why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Note:
    """How the file as a whole was read, where that was a choice."""

    text: str


def numbered_lines(path: Path) -> Iterator[tuple[int, str | BadLine]]:
    """Each line with its number, without its end; a byte order mark at its start is left out.

    LF, CRLF and CR alone end a line, and nothing else does: JSON may hold U+2028 and U+0085 as they
    are. Files that were joined have byte order marks at later lines. A line that is not UTF-8 is a
    `BadLine`. Raises CorpusError when the file cannot be opened or read.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(split_lines(file), start=1):
                yield number, _decode(number, line)
    except OSError as error:
        raise CorpusError(f"cannot read {path}: {error.strerror or error}") from error


def split_lines(file: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a UTF-8 file, without their ends: LF, CRLF or CR alone."""
    for raw in file:
        # In UTF-8 the byte of CR is never a part of another character.
        yield from raw.rstrip(b"\r\n").split(b"\r")


def _decode(number: int, raw: bytes) -> str | BadLine:
    try:
        return raw.decode().removeprefix(_BYTE_ORDER_MARK)
    except UnicodeDecodeError as error:
        problem = f"byte 0x{raw[error.start]:02x} at position {error.start}; expected UTF-8"
        return BadLine(number, problem)
