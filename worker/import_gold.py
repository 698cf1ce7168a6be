"""Brings existing gold into a project: as training data, or as documents of the Doccano project."""

import logging
import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from ner.errors import CollectError
from ner.hashing import exact_hash
from ner.spans import Document, Span
from ner.text.offsets import spans_from_codepoints
from worker.doccano.client import DoccanoClient
from worker.doccano.models import DoccanoProject
from worker.settings import Settings
from worker.store.database import Store
from worker.store.documents import Source, external_ids
from worker.store.labels import sync_labels
from worker.store.revisions import Approval, current_approved, record_approved

logger = logging.getLogger(__name__)

IMPORT: Source = "import"
# One batch of Doccano's own: when a later batch fails, it repeats the earlier ones.
BATCH = 1000


@dataclass(frozen=True, slots=True)
class ImportResult:
    """How many documents were imported, and how many were not and why.

    `there` are in the project already with the same text, `repeated` occur earlier in the corpus
    (`contradicting` of those with other spans: the first one counts), `blank` have no text.
    """

    imported: int
    there: int
    repeated: int
    contradicting: int
    blank: int
    labels_created: tuple[str, ...]

    def __str__(self) -> str:
        words = [f"{self.imported} documents imported"]
        words += [f"{self.there} were there already"] if self.there else []
        words += [f"{self.repeated} repeated others of the file"] if self.repeated else []
        words += [f"{self.contradicting} of them with other spans"] if self.contradicting else []
        words += [f"{self.blank} without text"] if self.blank else []
        words += [f"labels created: {', '.join(self.labels_created)}"] * bool(self.labels_created)
        return "; ".join(words)


def import_gold(
    store: Store,
    client: DoccanoClient,
    project: str,
    documents: Iterable[Document],
    settings: Settings,
    now: datetime,
    *,
    create_labels: bool = False,
) -> ImportResult:
    """Takes the documents, labels by name, as approved training data of the project.

    They stay outside Doccano. A text that is approved in Doccano counts as there already, and so
    does one imported before with the same spans; with other spans it is changed. Raises
    CollectError when Doccano's project lacks a label, unless `create_labels`.
    """
    chosen = settings.project(project)
    corpus = _first_of_each_text(documents)
    keys, created = _label_keys(client, chosen.doccano_project, corpus.kept, create_labels)
    with store.begin() as s:
        sync_labels(s, project, {int(key): name for name, key in keys.items()})
        approved = current_approved(s, project)
        imported = 0
        for document in corpus.kept:
            name = exact_hash(document.text)
            if approved.keys() & set(external_ids(s, project, [name])):
                continue
            spans = tuple(replace(span, label=keys[span.label]) for span in document.spans)
            imported += record_approved(
                s,
                project,
                Approval(name, document.text, spans),
                source=IMPORT,
                share=chosen.held_out_share,
                now=now,
            )
    return corpus.result(imported, created)


def import_documents(
    store: Store,  # noqa: ARG001  (the two ways of importing are called alike)
    client: DoccanoClient,
    project: str,
    documents: Iterable[Document],
    settings: Settings,
    now: datetime,  # noqa: ARG001
    *,
    create_labels: bool = False,
    approved: bool = False,
) -> ImportResult:
    """Uploads the documents with their spans into the Doccano project; `approved` ticks them.

    Those whose text is in the project already are left as they are, ticked or not. CRLF becomes LF,
    because Doccano's screen draws spans wrongly after it. Raises CollectError when the project
    lacks a label, unless `create_labels`, or allows no overlapping spans and there are some.
    """
    doccano_project = settings.project(project).doccano_project
    seen = client.project(doccano_project)
    there = {example.text for example in client.examples(doccano_project)}
    corpus = _first_of_each_text(_with_unix_lines(document) for document in documents)
    wanted = [document for document in corpus.kept if document.text not in there]
    if not seen.allow_overlapping:
        _check_overlaps(seen, wanted)
    _, created = _label_keys(client, doccano_project, wanted, create_labels)
    for start in range(0, len(wanted), BATCH):
        lines = [_line(seen, document) for document in wanted[start : start + BATCH]]
        client.upload_jsonl(doccano_project, lines, relations=seen.use_relation)
        logger.info("uploaded project=%s documents=%d", project, len(lines))
    if approved:
        _tick(client, doccano_project, {document.text for document in wanted})
    return corpus.result(len(wanted), created)


@dataclass(frozen=True, slots=True)
class _DistinctDocuments:
    kept: tuple[Document, ...]
    repeated: int
    contradicting: int
    blank: int

    def result(self, imported: int, created: tuple[str, ...]) -> ImportResult:
        return ImportResult(
            imported=imported,
            there=len(self.kept) - imported,
            repeated=self.repeated,
            contradicting=self.contradicting,
            blank=self.blank,
            labels_created=created,
        )


def _first_of_each_text(documents: Iterable[Document]) -> _DistinctDocuments:
    kept: dict[str, Document] = {}
    repeated = contradicting = blank = 0
    for document in documents:
        if not document.text.strip():
            blank += 1
            continue
        repeated += document.text in kept
        contradicting += kept.setdefault(document.text, document).spans != document.spans
    return _DistinctDocuments(tuple(kept.values()), repeated, contradicting, blank)


def _label_keys(
    client: DoccanoClient, doccano_project: int, documents: Sequence[Document], create: bool
) -> tuple[dict[str, str], tuple[str, ...]]:
    """``{name: key}`` of all labels, those created included, which come second."""
    keys = {name: str(key) for key, name in client.label_types(doccano_project).items()}
    missing = sorted({label for one in documents for label in one.labels} - keys.keys())
    if missing and not create:
        raise CollectError(
            f"Doccano's project {doccano_project} has no label {', '.join(missing)}; create it "
            "there, or import with --create-labels"
        )
    keys |= {name: str(client.create_label(doccano_project, name).id) for name in missing}
    return keys, tuple(missing)


def _check_overlaps(project: DoccanoProject, documents: Iterable[Document]) -> None:
    for document in documents:
        for left, right in pairwise(document.spans):
            if left.overlaps(right):
                raise CollectError(
                    f"document {document.id or repr(document.text[:40])} has overlapping spans, "
                    f"{_words(left)} and {_words(right)}, of which Doccano's project {project.id} "
                    "would drop one in silence; remove one, or let the project allow overlapping"
                )


def _words(span: Span) -> str:
    return f"{span.label} [{span.start}, {span.end})"


def _with_unix_lines(document: Document) -> Document:
    removed = [match.start() for match in re.finditer("\r\n", document.text)]
    if not removed:
        return document
    bounds = [
        (s.start - bisect_left(removed, s.start), s.end - bisect_left(removed, s.end), s.label)
        for s in document.spans
    ]
    # A span over nothing but a carriage return goes with it.
    spans = tuple(Span(start, end, label) for start, end, label in bounds if start < end)
    return replace(document, text=document.text.replace("\r\n", "\n"), spans=spans)


def _line(project: DoccanoProject, document: Document) -> dict[str, Any]:
    spans = spans_from_codepoints(document.text, document.spans, project.unit)
    # One nested key in every line: anything else Doccano turns into numbers and NaN, or fails.
    meta = {"imported": {**document.meta, "document": document.id}}
    if not project.use_relation:
        label = [[span.start, span.end, span.label] for span in spans]
        return {"text": document.text, "label": label, **meta}
    entities = [
        {"id": number, "start_offset": span.start, "end_offset": span.end, "label": span.label}
        for number, span in enumerate(spans)
    ]
    return {"text": document.text, "entities": entities, "relations": [], **meta}


def _tick(client: DoccanoClient, doccano_project: int, texts: set[str]) -> None:
    for example in client.examples(doccano_project, confirmed=False):
        if example.text in texts:
            client.set_confirmed(doccano_project, example.id, confirmed=True)
