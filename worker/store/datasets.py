"""What a run trains and tests on, as of one revision of the store."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from ner.hashing import Side, text_hash
from ner.spans import Document, Span
from worker.store.labels import label_names
from worker.store.revisions import WITHDRAWN, last_revision, latest_revision_ids
from worker.store.schema import DocumentRow, RevisionRow, SideRow
from worker.store.span_json import spans_from_json, spans_to_json

NOW_HELD_OUT = "training documents edited into a held-out text"
NOW_TRAINING = "held-out documents edited into a training text"
DELETED_LABEL = "spans of a deleted label"
OUTSIDE = "spans that end beyond the text"


@dataclass(frozen=True, slots=True)
class Dataset:
    """The approved documents of a project, by side, with the labels' present names.

    `label_keys` maps each of `labels` (sorted names) to its key. `fingerprint` covers texts,
    sides, spans and label keys: a rename keeps it. `left_out` counts by reason what is missing.
    """

    train: tuple[Document, ...]
    held_out: tuple[Document, ...]
    labels: tuple[str, ...]
    label_keys: Mapping[str, str]
    last_revision_id: int
    fingerprint: str
    left_out: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Approved:
    name: str
    side: Side
    text: str
    spans: tuple[Span, ...]


def load_dataset(s: Session, project: str, *, up_to: int | None = None) -> Dataset:
    """The documents approved as of revision `up_to` (None: now), in the order first seen.

    A document is used only on its own side: where an edit made its text one of the other side's,
    it is left out of both. Labels are those that the project has now.
    """
    last_revision_id = last_revision(s, project) if up_to is None else up_to
    names = label_names(s, project)
    sides = _sides(s, project)
    left_out: Counter[str] = Counter()
    usable = [
        _with_usable_spans(one, names, left_out)
        for one in _approved(s, project, last_revision_id)
        if _is_on_its_side(one, sides, left_out)
    ]
    return Dataset(
        train=tuple(_named(one, names) for one in usable if one.side == "train"),
        held_out=tuple(_named(one, names) for one in usable if one.side == "held_out"),
        labels=tuple(sorted(set(names.values()))),
        label_keys={name: key for key, name in names.items()},
        last_revision_id=last_revision_id,
        fingerprint=_fingerprint(usable),
        left_out=dict(left_out),
    )


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
            RevisionRow.id.in_(latest_revision_ids(project, up_to=up_to)),
            RevisionRow.content_hash != WITHDRAWN,
        )
        .order_by(DocumentRow.id)
    )
    return [
        _Approved(
            name=external_id if source == "doccano" else f"{source}:{external_id}",
            side=cast(Side, side),
            text=text,
            spans=spans_from_json(spans),
        )
        for source, external_id, side, text, spans in s.execute(query)
    ]


def _sides(s: Session, project: str) -> dict[str, str]:
    query = select(SideRow.text_hash, SideRow.side).where(SideRow.project == project)
    return dict(s.execute(query).all())


def _is_on_its_side(one: _Approved, sides: Mapping[str, str], left_out: Counter[str]) -> bool:
    if sides.get(text_hash(one.text), one.side) == one.side:
        return True
    left_out[NOW_HELD_OUT if one.side == "train" else NOW_TRAINING] += 1
    return False


def _with_usable_spans(
    one: _Approved, names: Mapping[str, str], left_out: Counter[str]
) -> _Approved:
    kept = []
    for span in one.spans:
        if span.label not in names:
            left_out[DELETED_LABEL] += 1
        elif span.end > len(one.text):
            left_out[OUTSIDE] += 1
        else:
            kept.append(span)
    return _Approved(one.name, one.side, one.text, tuple(kept))


def _named(one: _Approved, names: Mapping[str, str]) -> Document:
    spans = (Span(span.start, span.end, names[span.label]) for span in one.spans)
    return Document(text=one.text, spans=tuple(spans), id=one.name)


def _fingerprint(documents: list[_Approved]) -> str:
    hashes = sorted(
        hashlib.sha256(
            json.dumps([one.side, one.text, spans_to_json(one.spans)]).encode("ascii")
        ).hexdigest()
        for one in documents
    )
    return hashlib.sha256("\n".join(hashes).encode("ascii")).hexdigest()
