"""The dataset of a run: the approved documents as of one revision."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from ner.hashing import Side, text_hash
from ner.spans import Document, Span
from ner.text.offsets import OffsetUnit
from ner.text.placement import place_spans
from worker.store.corpus.documents import DOCCANO
from worker.store.corpus.imported import DoccanoTexts
from worker.store.corpus.revisions import is_approval, is_newest, last_revision
from worker.store.database.schema import DocumentRow, RevisionRow, SideRow
from worker.store.database.span_json import spans_from_json, spans_to_json
from worker.store.labels import label_names

NOW_HELD_OUT = "training documents edited into a held-out text"
NOW_TRAINING = "held-out documents edited into a training text"
DELETED_LABEL = "spans of a deleted label"
OUTSIDE = "documents with a span beyond the text, which was edited after the annotation"
IN_DOCCANO = "imported documents that count in Doccano instead"


@dataclass(frozen=True, slots=True)
class Dataset:
    """The approved documents of a project by side, with current label names.

    `label_keys` maps each of `labels` (sorted names) to its key. `fingerprint` covers texts, sides,
    spans and label keys, so that a rename does not change it. `left_out` counts the omitted
    documents and spans by reason.
    """

    train: tuple[Document, ...]
    held_out: tuple[Document, ...]
    labels: tuple[str, ...]
    label_keys: Mapping[str, str]
    last_revision_id: int
    fingerprint: str
    left_out: Mapping[str, int]

    @property
    def label_names(self) -> Mapping[str, str]:
        """``{key: name}`` of the labels."""
        return {key: name for name, key in self.label_keys.items()}

    @property
    def only_held_out(self) -> Mapping[str, int]:
        """The labels that no training document has: ``{label: held-out documents that have it}``.

        No training learns them, because documents never change sides.
        """
        learned = {label for document in self.train for label in document.labels}
        return Counter(
            label for document in self.held_out for label in sorted(document.labels - learned)
        )

    @property
    def remarks(self) -> tuple[str, ...]:
        """What annotators should know about this data, as sentences."""
        return tuple(
            f"label {label!r} occurs only in held-out documents ({documents}), which are never "
            "trained on; approve another document with it"
            for label, documents in sorted(self.only_held_out.items())
        )


@dataclass(frozen=True, slots=True)
class _Approved:
    name: str
    source: str
    side: Side
    text: str
    spans: tuple[Span, ...]


def load_dataset(s: Session, project: str, *, up_to: int | None = None) -> Dataset:
    """The documents approved as of revision `up_to` (None: now), in the order first seen.

    A document whose text was edited into one that belongs to the other side is left out, and so is
    an imported one whose text has been approved in Doccano. Labels are the current ones.
    """
    last_revision_id = last_revision(s, project) if up_to is None else up_to
    names = label_names(s, project)
    sides = _sides(s, project)
    left_out: Counter[str] = Counter()
    usable = [
        usable
        for document in _counted_once(s, project, last_revision_id, left_out)
        if _is_on_its_side(document, sides, left_out)
        and (usable := _with_usable_spans(document, names, left_out))
    ]
    return Dataset(
        train=tuple(_named(d, names) for d in usable if d.side == "train"),
        held_out=tuple(_named(d, names) for d in usable if d.side == "held_out"),
        labels=tuple(sorted(set(names.values()))),
        label_keys={name: key for key, name in names.items()},
        last_revision_id=last_revision_id,
        fingerprint=_fingerprint(usable),
        left_out=dict(left_out),
    )


def _counted_once(s: Session, project: str, up_to: int, left_out: Counter[str]) -> list[_Approved]:
    """The approved documents, without imported ones whose text is approved in Doccano too."""
    approved = _approved(s, project, up_to)
    texts = DoccanoTexts(d.text for d in approved if d.source == DOCCANO)
    counted = [d for d in approved if d.source == DOCCANO or d.text not in texts]
    if dropped := len(approved) - len(counted):
        left_out[IN_DOCCANO] += dropped
    return counted


def _approved(s: Session, project: str, up_to: int) -> list[_Approved]:
    query = (
        select(
            DocumentRow.source,
            DocumentRow.external_id,
            DocumentRow.side,
            RevisionRow.text,
            RevisionRow.spans,
        )
        .join(RevisionRow, RevisionRow.document_id == DocumentRow.id)
        .where(
            DocumentRow.project == project,
            is_approval(),
            is_newest(up_to=up_to),
        )
        .order_by(DocumentRow.id)
    )
    return [
        _Approved(
            name=external_id if source == DOCCANO else f"{source}:{external_id}",
            source=source,
            side=cast(Side, side),
            text=text,
            spans=spans_from_json(spans),
        )
        for source, external_id, side, text, spans in s.execute(query)
    ]


def _sides(s: Session, project: str) -> dict[str, str]:
    query = select(SideRow.text_hash, SideRow.side).where(SideRow.project == project)
    return dict(s.execute(query).all())


def _is_on_its_side(document: _Approved, sides: Mapping[str, str], left_out: Counter[str]) -> bool:
    if sides.get(text_hash(document.text), document.side) == document.side:
        return True
    left_out[NOW_HELD_OUT if document.side == "train" else NOW_TRAINING] += 1
    return False


def _with_usable_spans(
    document: _Approved, names: Mapping[str, str], left_out: Counter[str]
) -> _Approved | None:
    """The document with the spans that count, None if one of them does not fit the text."""
    raw = ((span.start, span.end, span.label) for span in document.spans)
    placed = place_spans(document.text, raw, OffsetUnit.CODEPOINT)
    if placed.outside:
        left_out[OUTSIDE] += 1
        return None
    usable = tuple(span for span in placed.spans if span.label in names)
    if deleted := len(placed.spans) - len(usable):
        left_out[DELETED_LABEL] += deleted
    return replace(document, spans=usable)


def _named(document: _Approved, names: Mapping[str, str]) -> Document:
    spans = (Span(span.start, span.end, names[span.label]) for span in document.spans)
    return Document(text=document.text, spans=tuple(spans), id=document.name)


def _fingerprint(documents: list[_Approved]) -> str:
    hashes = sorted(
        hashlib.sha256(
            json.dumps([d.side, d.text, spans_to_json(d.spans)]).encode("ascii")
        ).hexdigest()
        for d in documents
    )
    return hashlib.sha256("\n".join(hashes).encode("ascii")).hexdigest()
