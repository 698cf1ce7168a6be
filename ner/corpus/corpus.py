"""A corpus on disk: documents with gold spans, as JSON or as CoNLL columns."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ner.corpus.columns import BY_LOOKING, ChosenColumns
from ner.corpus.conll import read_conll
from ner.corpus.jsonl import format_document, read_json_array, read_jsonl
from ner.corpus.lines import BadLine, LeftOut, Note, numbered_lines
from ner.corpus.record import Item, ReadDocument
from ner.corpus.span_items import SPAN_KEYS
from ner.errors import CorpusError
from ner.hashing import exact_hash
from ner.spans import Document
from ner.text.offsets import OffsetUnit, unit_matters
from ner.text.placement import SpanCounts

JSONL_SUFFIXES = frozenset({".jsonl", ".json", ".ndjson"})
CONLL_SUFFIXES = frozenset({".conll", ".tsv", ".iob", ".iob1", ".iob2", ".bio", ".biluo", ".bioes"})
DOCBIN_SUFFIX = ".spacy"
DOCBIN_PROGRAM = (
    "import json, sys, spacy; from spacy.tokens import DocBin; [print(json.dumps({'text': d.text, "
    "'label': [[e.start_char, e.end_char, e.label_] for e in d.ents]})) for d in "
    "DocBin().from_disk(sys.argv[1]).get_docs(spacy.blank('xx').vocab)]"
)


@dataclass(frozen=True, slots=True)
class Corpus:
    """The documents of a file, and everything about them that a person should know.

    `skipped` has the documents that could not be read, by their first bad lines. `left_out` counts
    documents that the file itself declares not to be gold, by reason. `counts` is about the spans
    of `documents`, and `unannotated` is how many of these have no key for spans. `notes` say how
    the file was read, `warnings` where its offsets may be of another unit. `noun` is what one of
    its documents is called.
    """

    path: Path
    documents: tuple[Document, ...]
    skipped: tuple[BadLine, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    counts: SpanCounts = field(default_factory=SpanCounts)
    unannotated: int = 0
    noun: str = "document"

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that occur, sorted."""
        return tuple(sorted({label for document in self.documents for label in document.labels}))


def read_corpus(
    path: Path,
    *,
    unit: OffsetUnit = OffsetUnit.CODEPOINT,
    skip_bad: bool = False,
    columns: ChosenColumns = BY_LOOKING,
) -> Corpus:
    """Reads a file in the format of its suffix or, if that is unknown, of its first line.

    `unit` is what the file's offsets count; CoNLL has no offsets, and `columns` are for CoNLL.
    Raises CorpusError when the file cannot be read, when it has no document, when nothing in it
    says that its documents were annotated and, unless `skip_bad`, at the first bad line with its
    number and what was expected there; with `skip_bad` such lines are listed in `skipped`.
    """
    reading = _CorpusReading()
    for item in _read(path, unit, columns):
        if isinstance(item, BadLine) and not skip_bad:
            raise CorpusError(f"{path}:{item.line}: {item.problem}")
        reading.add(item)
    reading.check(path)
    documents = tuple(read.document for read in reading.documents)
    columnar = _has_columns(path, _first_line(path))
    return Corpus(
        path,
        documents,
        skipped=tuple(reading.skipped),
        warnings=() if columnar or unit is not OffsetUnit.CODEPOINT else _unit_warnings(documents),
        notes=tuple(reading.notes),
        left_out=dict(reading.left_out),
        counts=reading.counts,
        unannotated=sum(not read.annotated for read in reading.documents),
        noun="sentence" if columnar else "document",
    )


class _CorpusReading:
    """What was read so far."""

    def __init__(self) -> None:
        self.documents: list[ReadDocument] = []
        self.skipped: list[BadLine] = []
        self.notes: list[str] = []
        self.left_out: Counter[str] = Counter()
        self.counts = SpanCounts()

    def add(self, item: Item) -> None:
        match item:
            case ReadDocument():
                self.documents.append(item)
                self.counts += item.counts
            case BadLine():
                self.skipped.append(item)
            case LeftOut():
                self.left_out[item.reason] += 1
            case Note():
                self.notes.append(item.text)

    def check(self, path: Path) -> None:
        """Raises CorpusError when there is nothing that could be gold."""
        if not self.documents:
            raise CorpusError(f"{path} has no document: {self._why_none()}")
        first = self.documents[0]
        if not any(read.annotated for read in self.documents):
            keys = ", ".join(sorted(first.document.meta)) or "none"
            raise CorpusError(
                f"{path}:{first.line}: no document has a key for spans ({', '.join(SPAN_KEYS)}; "
                f'other keys: {keys}); write "label": [] if they were reviewed to have no span'
            )

    def _why_none(self) -> str:
        reasons = [f"{count} {reason}" for reason, count in sorted(self.left_out.items())]
        if self.skipped:
            bad = self.skipped[0]
            reasons.append(
                f"{len(self.skipped)} with a bad line, the first on line {bad.line}: {bad.problem}"
            )
        return "; ".join(reasons) or "it is empty; name a file with at least one"


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


def _read(path: Path, unit: OffsetUnit, columns: ChosenColumns) -> Iterator[Item]:
    if path.suffix.lower() == DOCBIN_SUFFIX:
        raise CorpusError(
            f"{path} is a DocBin of spaCy, which only spaCy reads; where it is installed, run "
            f'python -c "{DOCBIN_PROGRAM}" {path} > {path.with_suffix(".jsonl").name}'
        )
    lines, start = numbered_lines(path), _first_line(path)
    if _has_columns(path, start):
        return read_conll(lines, path.name, columns)
    if start.startswith("["):
        return read_json_array(lines, unit, path.name)
    return read_jsonl(lines, unit, path.name)


def _has_columns(path: Path, start: str) -> bool:
    suffix = path.suffix.lower()
    if suffix in JSONL_SUFFIXES | CONLL_SUFFIXES:
        return suffix in CONLL_SUFFIXES
    # A line that is not UTF-8 has no start; the reader of JSON reports it.
    return bool(start) and not start.startswith(("{", "["))


def _first_line(path: Path) -> str:
    """The first line that is not blank, from its first letter on; "" if it cannot be read."""
    for _, line in numbered_lines(path):
        if isinstance(line, BadLine):
            return ""
        if line.strip():
            return line.lstrip()
    return ""


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
