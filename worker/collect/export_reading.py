"""Reads an export of Doccano and checks it against Doccano's listing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ner.errors import CollectError, DoccanoNotFound
from worker.collect.exported_lines import ExportedLines
from worker.collect.listing import Listing
from worker.doccano.client import DoccanoClient
from worker.doccano.exchange import parse_export
from worker.doccano.models import Example, ExportedExample, ExportedFile


@dataclass(frozen=True, slots=True)
class ExportedDocument:
    """A document's text and each annotator's spans, ``(start, end, label name)`` as exported.

    A collaborative project has a single annotator, whose name is "", and a single line for each
    document, whose digest is `line`.
    """

    id: int
    text: str
    spans: Mapping[str, tuple[tuple[int, int, str], ...]]
    line: str | None = None


@dataclass(frozen=True, slots=True)
class ReadExport:
    """The documents of an export, and the external ids of those whose lines have not changed."""

    documents: tuple[ExportedDocument, ...]
    unchanged: frozenset[str] = frozenset()


def read_export(
    client: DoccanoClient,
    doccano_project: int,
    files: Iterable[ExportedFile],
    listing: Listing,
    lines: ExportedLines | None,
) -> ReadExport:
    """Reads an export, each document with all its annotators.

    `lines` are those that were read before, of a collaborative project; None for an individual one,
    where a document's spans are in several lines. Raises CollectError when a line's id and text are
    not those of a document in Doccano.
    """
    if lines is None:
        return ReadExport(_read_individual(client, doccano_project, files, listing))
    documents = []
    unchanged: set[str] = set()

    def is_unchanged(line: bytes) -> bool:
        external_id = lines.read_before(lines.digest(line))
        if external_id is not None:
            unchanged.add(external_id)
        return external_id is not None

    for file in files:
        for line, exported in parse_export(file, is_unchanged):
            text = _checked_text(client, doccano_project, exported, listing.get(exported.id))
            spans = {"": exported.spans}
            documents.append(ExportedDocument(exported.id, text, spans, lines.digest(line)))
    return ReadExport(tuple(documents), frozenset(unchanged))


def _read_individual(
    client: DoccanoClient,
    doccano_project: int,
    files: Iterable[ExportedFile],
    listing: Listing,
) -> tuple[ExportedDocument, ...]:
    texts: dict[int, str] = {}
    spans: dict[int, dict[str, tuple[tuple[int, int, str], ...]]] = {}
    for file in files:
        name = file.name.removesuffix(".jsonl")
        for _, line in parse_export(file):
            texts[line.id] = _checked_text(client, doccano_project, line, listing.get(line.id))
            spans.setdefault(line.id, {})[name] = line.spans
    return tuple(ExportedDocument(number, text, spans[number]) for number, text in texts.items())


def _checked_text(
    client: DoccanoClient, doccano_project: int, line: ExportedExample, listed: Example | None
) -> str:
    if listed is not None and listed.text == line.text:
        return listed.text  # so that the text is in memory once
    # The document may have been added or edited after the listing.
    try:
        current_text = client.example(doccano_project, line.id).text
    except DoccanoNotFound:
        current_text = None
    if current_text == line.text:
        return line.text
    raise CollectError(
        f"document {line.id} of Doccano's export differs from that document in Doccano: either it "
        "was edited or deleted during the export, and the next pull will succeed, or a meta key "
        "named id or data replaces its id or text: rename that key"
    )
