"""Numbered lines of a UTF-8 text file, and what is wrong with the bad ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ner.errors import CorpusError


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line, counted from 1, that could not be read; `problem` says what was expected."""

    line: int
    problem: str


def numbered_lines(path: Path) -> Iterator[tuple[int, str | BadLine]]:
    """Each line with its number, without its ``\\n``; a byte order mark is left out.

    Nothing else ends a line: JSON may hold U+2028 and U+0085 as they are. A line that is not UTF-8
    is a `BadLine`. Raises CorpusError when the file cannot be opened or read.
    """
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                yield number, _decode(number, raw)
    except OSError as error:
        raise CorpusError(f"cannot read {path}: {error.strerror or error}") from error


def _decode(number: int, raw: bytes) -> str | BadLine:
    try:
        line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        problem = f"byte 0x{raw[error.start]:02x} at position {error.start}; expected UTF-8"
        return BadLine(number, problem)
    return line.removesuffix("\n")
