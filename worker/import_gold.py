"""Imports existing gold into a project, as training data or as documents in Doccano."""

import logging
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from ner.errors import CollectError
from ner.hashing import exact_hash
from ner.spans import Document, Span
from ner.text.offsets import spans_from_codepoints
from worker.bound_project import bound_project
from worker.doccano.client import DoccanoClient
from worker.doccano.models import DoccanoProject
from worker.settings import Settings
from worker.store.corpus.documents import IMPORT
from worker.store.corpus.imported import doccano_texts, imported_span_counts
from worker.store.corpus.revisions import Approval, record_approvals
from worker.store.database import Store
from worker.store.labels import lost_labels, sync_labels
from worker.wording import counted

logger = logging.getLogger(__name__)

# Doccano's own batch size. It retries an upload that fails as a whole, so the batches of a larger
# upload that had succeeded before would be imported twice.
BATCH = 1000
SHOWN = 5
UNASSIGNED = "assigned to nobody, so that annotators do not see them until you assign them"


@dataclass(frozen=True, slots=True)
class ImportResult:
    """How many documents were imported, and how many were not and why.

    `replaced` of the imported ones had other spans in the training data before; `unassigned` of
    them no annotator sees, in a Doccano that shows only what is assigned. The text of
    `present` documents is already in the project. `repeated` documents have the text of
    an earlier one of the corpus, which counts; `contradicting` of them have other spans. `blank`
    documents have no text.
    """

    imported: int
    present: int
    repeated: int
    contradicting: int
    blank: int
    labels_created: tuple[str, ...]
    replaced: int = 0
    unassigned: int = 0

    def __str__(self) -> str:
        words = [f"{counted(self.imported, 'document')} imported"]
        words += [f"{self.replaced} of these in place of other spans"] if self.replaced else []
        words += [f"{self.unassigned} of these {UNASSIGNED}"] if self.unassigned else []
        words += [f"{self.present} already in the project"] if self.present else []
        words += [f"{self.repeated} with the text of an earlier one"] if self.repeated else []
        words += [f"{self.contradicting} of these with other spans"] if self.contradicting else []
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
    replace_with_empty: bool = False,
) -> ImportResult:
    """Records the documents, whose labels are names, as approved training data of the project.

    They are not uploaded to Doccano. A text that is approved in Doccano counts there and is
    present, and so is one that was imported before with the same spans; with other spans it is
    updated. Raises CollectError when Doccano's project lacks a label, unless `create_labels`, and
    when documents without a span would take the place of gold, unless `replace_with_empty`, and
    AnotherDoccano, as `import_documents` does, when the project is bound to another one.
    """
    doccano_project = bound_project(store, settings, project)
    corpus = _first_of_each_text(documents)
    with store.read() as s:
        known = imported_span_counts(s, project)
        in_doccano = doccano_texts(s, project)
    if not replace_with_empty:
        _check_emptied([d for d in corpus.kept if d.text not in in_doccano], known)
    labels, created = _labels(client, doccano_project, corpus.kept, create_labels)
    with store.begin() as s:
        if lost := lost_labels(s, project, labels):
            raise CollectError(
                f"labels of {project} were renamed or deleted in Doccano ({', '.join(lost)}): run "
                f"`nerloop collect {project}` first"
            )
        keys = sync_labels(s, project, labels).by_name
        in_doccano = doccano_texts(s, project)
        # In few statements, because calls for suggestions wait for this transaction.
        changed = record_approvals(
            s,
            project,
            [_approval(d, keys) for d in corpus.kept if d.text not in in_doccano],
            source=IMPORT,
            share=settings.project(project).held_out_share,
            now=now,
        )
    replaced = sum(text_id in known for text_id in changed)
    return replace(corpus.result(len(changed), created), replaced=replaced)


def _approval(document: Document, keys: Mapping[str, str]) -> Approval:
    spans = tuple(replace(span, label=keys[span.label]) for span in document.spans)
    return Approval(exact_hash(document.text), document.text, spans)


def import_documents(
    store: Store,
    client: DoccanoClient,
    project: str,
    documents: Iterable[Document],
    settings: Settings,
    now: datetime,  # noqa: ARG001  (both ways of importing have the same signature)
    *,
    create_labels: bool = False,
    approved: bool = False,
) -> ImportResult:
    """Uploads the documents with their spans to the Doccano project; `approved` ticks them.

    A document whose text is already in the project is left as it is, ticked or not. If the text was
    imported as training data before, that gold counts until the document is approved. CRLF becomes
    LF, because Doccano's page draws spans wrongly after a CRLF. Raises CollectError when the
    project lacks a label, unless `create_labels`, and when spans overlap in a project that does not
    allow it.
    """
    doccano_project = bound_project(store, settings, project)
    remote = client.project(doccano_project)
    present = {example.text for example in client.examples(doccano_project)}
    corpus = _first_of_each_text(_with_unix_lines(document) for document in documents)
    new = [document for document in corpus.kept if document.text not in present]
    if not remote.allow_overlapping:
        _check_overlaps(remote, new)
    _, created = _labels(client, doccano_project, new, create_labels)
    for start in range(0, len(new), BATCH):
        lines = [_line(remote, document) for document in new[start : start + BATCH]]
        client.upload_jsonl(doccano_project, lines, relations=remote.use_relation)
        logger.info("uploaded project=%s documents=%d", project, len(lines))
    if approved:
        _tick(client, doccano_project, {document.text for document in new})
    result = corpus.result(len(new), created)
    if new and client.api_fields(doccano_project).has_assignments:
        return replace(result, unassigned=len(new))
    return result


@dataclass(frozen=True, slots=True)
class _DistinctDocuments:
    kept: tuple[Document, ...]
    repeated: int
    contradicting: int
    blank: int

    def result(self, imported: int, created: tuple[str, ...]) -> ImportResult:
        return ImportResult(
            imported=imported,
            present=len(self.kept) - imported,
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


def _check_emptied(documents: Iterable[Document], known: Mapping[str, int]) -> None:
    """Raises CollectError for documents without a span where `known` counts some."""
    emptied = [
        (document.id, count)
        for document in documents
        if not document.spans and (count := known.get(exact_hash(document.text), 0))
    ]
    if emptied:
        names = [f"{name} ({counted(count, 'span')})" for name, count in emptied]
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        spans = counted(sum(count for _, count in emptied), "span")
        raise CollectError(
            f"{counted(len(emptied), 'document')} without a span would replace gold with {spans}, "
            f"{', '.join(names[:SHOWN])}{more}; nothing "
            "was imported: correct the file, or import with --replace-with-empty"
        )


def _labels(
    client: DoccanoClient, doccano_project: int, documents: Sequence[Document], create: bool
) -> tuple[dict[int, str], tuple[str, ...]]:
    """Returns ``{Doccano's id: name}`` of all labels, and the names of those that were created."""
    labels = client.label_types(doccano_project)
    used = {label for document in documents for label in document.labels}
    missing = sorted(used - {*labels.values()})
    if missing and not create:
        raise CollectError(
            f"Doccano's project {doccano_project} has no label {', '.join(missing)}; create it "
            "there, or import with --create-labels"
        )
    labels |= {client.create_label(doccano_project, name).id: name for name in missing}
    return labels, tuple(missing)


def _check_overlaps(project: DoccanoProject, documents: Iterable[Document]) -> None:
    for document in documents:
        for left, right in pairwise(document.spans):
            if left.overlaps(right):
                raise CollectError(
                    f"document {document.id or repr(document.text[:40])} has overlapping spans, "
                    f"{_describe(left)} and {_describe(right)}, and Doccano's project {project.id} "
                    "would silently drop one; remove one, or let the project allow overlapping"
                )


def _describe(span: Span) -> str:
    return f"{span.label} [{span.start}, {span.end})"


def _with_unix_lines(document: Document) -> Document:
    returns = [match.start() for match in re.finditer("\r\n", document.text)]
    if not returns:
        return document
    bounds = [
        (s.start - bisect_left(returns, s.start), s.end - bisect_left(returns, s.end), s.label)
        for s in document.spans
    ]
    # A span that covers only a carriage return is removed with it.
    spans = tuple(Span(start, end, label) for start, end, label in bounds if start < end)
    return replace(document, text=document.text.replace("\r\n", "\n"), spans=spans)


def _line(project: DoccanoProject, document: Document) -> dict[str, Any]:
    spans = spans_from_codepoints(document.text, document.spans, project.unit)
    # The same nested key in every line: Doccano turns other meta into numbers and NaN, or fails.
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
