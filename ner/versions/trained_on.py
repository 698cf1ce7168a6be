"""Which documents a version's training was given: a file of hashes beside its weights.

Those that only chose its checkpoint are among them. A training that goes on from the version finds
out by itself what is new to it. The file's SHA-256 without its last line break is the corpus'
fingerprint.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from pathlib import Path

from ner.corpus.corpus import document_hashes
from ner.errors import CorruptVersion
from ner.spans import Document

TRAINED_ON_FILE = "trained_on.txt"


@dataclass(frozen=True, slots=True)
class DocumentDifference:
    """Documents beside those of an earlier training.

    `new` are those that it did not have, with just this text and these spans, and `old` those that
    it had. `gone` counts what it had and is not there any more: removed, or changed.
    """

    new: tuple[Document, ...]
    old: tuple[Document, ...]
    gone: int


def write_trained_on(folder: Path, documents: Iterable[Document]) -> None:
    """Writes a line for each document: the SHA-256 of its text and spans, in hex, sorted."""
    lines = "".join(f"{hashed}\n" for hashed in sorted(document_hashes(documents)))
    (folder / TRAINED_ON_FILE).write_text(lines, encoding="ascii")


def read_trained_on(folder: Path) -> frozenset[str] | None:
    """The hashes that a version was trained on; None when it does not say.

    Raises CorruptVersion when the file is there and cannot be read.
    """
    path = folder / TRAINED_ON_FILE
    try:
        return frozenset(path.read_text(encoding="ascii").split())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise CorruptVersion(f"{path} cannot be read: {error}") from None


def document_difference(documents: Iterable[Document], trained_on: Set[str]) -> DocumentDifference:
    """The documents beside those of these hashes; both parts stay in order."""
    documents = tuple(documents)
    hashes = document_hashes(documents)
    pairs = tuple(zip(documents, hashes, strict=True))
    return DocumentDifference(
        new=tuple(document for document, hashed in pairs if hashed not in trained_on),
        old=tuple(document for document, hashed in pairs if hashed in trained_on),
        gone=len(trained_on - {*hashes}),
    )
