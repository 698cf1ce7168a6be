"""Unpacks an export, within limits: a damaged or hostile one must not fill memory or disk.

Doccano's own projects are far below them: texts pack to a tenth of their size, a thousandth only
where somebody means it.
"""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from ner.errors import DoccanoRejected
from worker.doccano.models import ExportedFile

MOST_FILES = 10_000
MOST_BYTES = 4_000_000_000
# A file may be this many times as large as it is packed, unless it is small.
MOST_TIMES = 200
SMALL = 10_000_000
# A line is one document.
LONGEST_LINE = 50_000_000

# What the libraries raise for archives that are damaged, encrypted or packed in an unknown way.
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)


def unpack(content: IO[bytes]) -> tuple[ExportedFile, ...]:
    """The files of the archive by name, whose lines are unpacked as they are read, once.

    Raises DoccanoRejected for what is no archive, or is too large unpacked; so does the reading.
    """
    with _readable():
        archive = zipfile.ZipFile(content)
    members = sorted(archive.infolist(), key=lambda member: member.filename)
    _check_sizes(members)
    return tuple(ExportedFile(each.filename, _lines(archive, each)) for each in members)


def _check_sizes(members: list[zipfile.ZipInfo]) -> None:
    """Compares the sizes that the archive states, beyond which zipfile reads nothing."""
    if len(members) > MOST_FILES:
        raise DoccanoRejected(
            f"Doccano's export has {len(members)} files, and one for each annotator is expected; "
            "export the project in Doccano and look into the zip file"
        )
    total = sum(member.file_size for member in members)
    for member in members:
        packed = max(member.compress_size, 1)
        inflated = member.file_size > SMALL and member.file_size > MOST_TIMES * packed
        if inflated or total > MOST_BYTES:
            raise DoccanoRejected(
                f"Doccano's export is not read: {member.filename} would be {member.file_size:,} "
                f"bytes, from {packed:,} in the zip file, and all files {total:,}; at most "
                f"{MOST_TIMES} times as much and {MOST_BYTES:,} in all are unpacked, so look for "
                "documents that are one repeated sign, or divide the project"
            )


def _lines(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Unpacks a file line by line. Lines end with a line feed only, as Doccano writes them."""
    with _readable(), archive.open(member) as file:
        while line := file.readline(LONGEST_LINE + 1):
            if len(line) > LONGEST_LINE:
                raise DoccanoRejected(
                    f"a line of Doccano's export, in {member.filename}, is longer than "
                    f"{LONGEST_LINE:,} bytes; remove the document with that text from the project"
                )
            yield line


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except _UNREADABLE as error:
        raise DoccanoRejected(
            f"Doccano's export is not a zip file or is damaged ({type(error).__name__}); check its "
            "disk space and its task worker's log"
        ) from None
