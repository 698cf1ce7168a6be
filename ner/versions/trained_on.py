"""The documents that a version's training was given: a file of hashes beside its weights.

They include those that were only used to choose its checkpoint. A training that continues from the
version compares its documents with them. The file's SHA-256 without its last line break is the
fingerprint of the corpus.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from pathlib import Path

from ner.corpus.corpus import document_hashes
from ner.errors import CorruptVersion
from ner.spans import Document

TRAINED_ON_FILE = "trained_on.txt"


@dataclass(frozen=True, slots=True)
class DocumentDifference:
    """Documents compared with those of an earlier training.

    `old` are those that it had with the same text and spans, `new` are the others. `removed` counts
    those that it had and that no longer exist: removed or changed.
    """

    new: tuple[Document, ...]
    old: tuple[Document, ...]
    removed: int


def write_trained_on(folder: Path, documents: Iterable[Document]) -> None:
    """Writes a line for each document: the SHA-256 of its text and spans, in hex, sorted."""
    lines = "".join(f"{hashed}\n" for hashed in sorted(document_hashes(documents)))
    (folder / TRAINED_ON_FILE).write_text(lines, encoding="ascii")


def read_trained_on(folder: Path) -> frozenset[str] | None:
    """The hashes of the documents that a version was trained on; None without such a file.

    Raises CorruptVersion when the file exists and cannot be read.
    """
    path = folder / TRAINED_ON_FILE
    try:
        return frozenset(path.read_text(encoding="ascii").split())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise CorruptVersion(f"{path} cannot be read: {error}") from None


def document_difference(
    documents: Iterable[Document], trained_on: Set[str], *, renamed: Mapping[str, str] | None = None
) -> DocumentDifference:
    """Compares documents with the hashes of an earlier training's; both parts keep their order.

    `renamed` is ``{label of that training: its name in the documents}`` for labels with another
    name; a document in which nothing else has changed is an old one.
    """
    documents = tuple(documents)
    former = {name: label for label, name in (renamed or {}).items()}
    hashes = document_hashes(_with_labels(document, former) for document in documents)
    pairs = tuple(zip(documents, hashes, strict=True))
    return DocumentDifference(
        new=tuple(document for document, hashed in pairs if hashed not in trained_on),
        old=tuple(document for document, hashed in pairs if hashed in trained_on),
        removed=len(trained_on - {*hashes}),
    )


def _with_labels(document: Document, names: Mapping[str, str]) -> Document:
    """The document with each label replaced by its name in `names`, if it has one there."""
    spans = (replace(span, label=names.get(span.label, span.label)) for span in document.spans)
    return replace(document, spans=tuple(spans))
