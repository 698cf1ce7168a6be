"""A corpus on disk: documents with gold spans, as Doccano's JSONL or as CoNLL columns."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ner.corpus.conll import read_conll
from ner.corpus.jsonl import format_document, read_jsonl
from ner.corpus.lines import BadLine, numbered_lines
from ner.errors import CorpusError
from ner.hashing import exact_hash
from ner.spans import Document
from ner.text.offsets import OffsetUnit, unit_matters

JSONL_SUFFIXES = frozenset({".jsonl", ".json", ".ndjson"})
CONLL_SUFFIXES = frozenset({".conll", ".tsv", ".iob", ".iob1", ".iob2", ".bio", ".biluo", ".bioes"})


@dataclass(frozen=True, slots=True)
class Corpus:
    """The documents of a file, the lines that were left out and warnings about the offset unit."""

    path: Path
    documents: tuple[Document, ...]
    skipped: tuple[BadLine, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that occur, sorted."""
        return tuple(sorted({label for document in self.documents for label in document.labels}))


def read_corpus(
    path: Path, *, unit: OffsetUnit = OffsetUnit.CODEPOINT, skip_bad: bool = False
) -> Corpus:
    """Reads a file in the format of its suffix or, if that is unknown, of its first line.

    `unit` is what the file's offsets count; CoNLL has no offsets. Raises CorpusError when the file
    cannot be read and, unless `skip_bad`, at the first bad line with its number and what was
    expected there; with `skip_bad` such lines are listed in `skipped`.
    """
    documents: list[Document] = []
    skipped: list[BadLine] = []
    for item in _read(path, unit):
        if isinstance(item, Document):
            documents.append(item)
        elif skip_bad:
            skipped.append(item)
        else:
            raise CorpusError(f"{path}:{item.line}: {item.problem}")
    warnings = _unit_warnings(documents) if unit is OffsetUnit.CODEPOINT else ()
    return Corpus(path, tuple(documents), tuple(skipped), warnings)


def write_jsonl(
    path: Path, documents: Iterable[Document], *, unit: OffsetUnit = OffsetUnit.CODEPOINT
) -> None:
    """Writes ``text`` and ``label`` of each document, offsets in `unit`, without id and meta."""
    with path.open("w", encoding="ascii", newline="\n") as file:
        file.writelines(f"{format_document(document, unit)}\n" for document in documents)


def fingerprint(documents: Iterable[Document]) -> str:
    """SHA-256 of texts and spans, in hex: the same for the same documents in any order."""
    return hashlib.sha256("\n".join(sorted(document_hashes(documents))).encode("ascii")).hexdigest()


def document_hashes(documents: Iterable[Document]) -> tuple[str, ...]:
    """SHA-256 of each document's text and spans, in hex."""
    return tuple(exact_hash(_canonical(document)) for document in documents)


def _canonical(document: Document) -> str:
    return json.dumps(
        [document.text, [[span.start, span.end, span.label] for span in document.spans]]
    )


def _read(path: Path, unit: OffsetUnit) -> Iterator[Document | BadLine]:
    if _is_conll(path):
        return read_conll(numbered_lines(path), path.name)
    return read_jsonl(numbered_lines(path), unit, path.name)


def _is_conll(path: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix in JSONL_SUFFIXES | CONLL_SUFFIXES:
        return suffix in CONLL_SUFFIXES
    for _, line in numbered_lines(path):
        if isinstance(line, BadLine):
            return False
        if line.strip():
            return not line.lstrip().startswith(("{", "["))
    return False


def _unit_warnings(documents: Sequence[Document]) -> tuple[str, ...]:
    """A warning for each unit in which some spans of the file would be at other positions."""
    reasons = {
        OffsetUnit.UTF16: "as on Doccano's screen",
        OffsetUnit.GRAPHEME: "as on Doccano's screen in a project with grapheme mode",
    }
    counts = {unit: sum(_is_moved(document, unit) for document in documents) for unit in reasons}
    return tuple(
        f"offsets were read as code points; if they count {unit.value} ({reasons[unit]}), "
        f"spans in {count} of {len(documents)} documents are at other positions: "
        f"set the offset unit to {unit.value} then"
        for unit, count in counts.items()
        if count
    )


def _is_moved(document: Document, unit: OffsetUnit) -> bool:
    last = max((span.end for span in document.spans), default=0)
    return unit_matters(document.text[:last], unit)
