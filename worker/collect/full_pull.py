"""A full pull: everything that is approved in a project, by listing and export."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ner.errors import CollectError, DoccanoRejected, DoccanoUnavailable
from worker.collect.adjudication import (
    Adjudicated,
    Annotation,
    Rule,
    adjudicate,
    order_of_first_sight,
)
from worker.collect.approvals import read_spans
from worker.collect.export_reading import ExportedDocument, read_export
from worker.collect.meta_keys import check_meta_keys
from worker.doccano.client import DoccanoClient
from worker.doccano.models import Example
from worker.store.projects import ProjectInfo
from worker.store.revisions import Approval

logger = logging.getLogger(__name__)

Way = Literal["gate", "export", "each document"]


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """How far the annotators of an individual project agree.

    `documents` were approved by two or more; `mean` is the mean of their agreements (see
    `worker.collect.adjudication`), None without any; `conflicts` are those that the rule left
    undecided.
    """

    documents: int
    mean: float | None
    conflicts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FullPull:
    """What is approved, and how many spans could not be read; `agreement` in individual projects.

    `way` is "gate" when nothing is approved at all, so that nothing had to be read.
    """

    way: Way
    approvals: tuple[Approval, ...]
    dropped_spans: int
    agreement: AgreementReport | None


@dataclass(frozen=True, slots=True)
class PullRequest:
    """What a full pull is made from: the project in Doccano and what is known of it."""

    doccano_project: int
    info: ProjectInfo
    labels: Mapping[int, str]
    rule: Rule
    annotators_before: Mapping[str, Sequence[str]]
    anything_approved: bool
    export_deadline: float


def pull_everything(
    client: DoccanoClient, request: PullRequest, listing: Sequence[Example]
) -> FullPull:
    """Reads all approved documents of the project, of which `listing` are all documents.

    Where Doccano cannot export, a collaborative project is read document by document. Raises
    CollectError when meta keys or a change on the way spoil the export, and the DoccanoError tree.
    """
    collaborative = request.info.collaborative
    # Whether others approved a document of an individual project only the export says.
    concerned = [one for one in listing if one.confirmed or not collaborative]
    check_meta_keys(concerned, use_relation=request.info.use_relation)
    approved_here = any(example.confirmed for example in listing)
    if not approved_here and not request.anything_approved:
        return FullPull("gate", (), 0, None)
    try:
        files = client.export_approved(request.doccano_project, deadline=request.export_deadline)
    except (DoccanoUnavailable, DoccanoRejected) as error:
        if not collaborative:
            raise
        logger.warning(
            "reading each document instead of an export project=%s (%s)",
            request.doccano_project,
            error,
        )
        return _pull_each(client, request, concerned)
    by_number = {example.id: example for example in listing}
    documents = read_export(
        client, request.doccano_project, files, by_number, collaborative=collaborative
    )
    return _from_export(client, request, documents)


def _pull_each(
    client: DoccanoClient, request: PullRequest, confirmed: Sequence[Example]
) -> FullPull:
    approvals = []
    dropped = 0
    for example in confirmed:
        raw = [
            (span.start, span.end, str(span.label_id))
            for span in client.spans(request.doccano_project, example.id)
        ]
        read = read_spans(example.text, raw, request.info.unit)
        approvals.append(Approval(str(example.id), example.text, read.spans))
        dropped += read.dropped
    return FullPull("each document", tuple(approvals), dropped, None)


@dataclass(frozen=True, slots=True)
class _Judged:
    name: str
    text: str
    annotators: tuple[str, ...]
    result: Adjudicated
    dropped: int

    @property
    def approval(self) -> Approval | None:
        if self.result.spans is None:
            return None
        people = tuple(annotator for annotator in self.annotators if annotator)
        return Approval(self.name, self.text, self.result.spans, people, self.result.agreement)


def _from_export(
    client: DoccanoClient, request: PullRequest, documents: Sequence[ExportedDocument]
) -> FullPull:
    keys = _label_keys(client, request, documents)
    judged = [_judge(request, document, keys) for document in documents]
    agreements = [one.result.agreement for one in judged if one.result.agreement is not None]
    report = AgreementReport(
        documents=len(agreements),
        mean=sum(agreements) / len(agreements) if agreements else None,
        conflicts=tuple(one.name for one in judged if one.result.spans is None),
    )
    return FullPull(
        way="export",
        approvals=tuple(one.approval for one in judged if one.approval is not None),
        dropped_spans=sum(one.dropped for one in judged),
        agreement=None if request.info.collaborative else report,
    )


def _judge(request: PullRequest, document: ExportedDocument, keys: Mapping[str, str]) -> _Judged:
    name = str(document.id)
    before = request.annotators_before.get(name, ())
    order = order_of_first_sight(list(document.spans), before)
    annotations = []
    dropped = 0
    for annotator in order:
        raw = [(start, end, keys[label]) for start, end, label in document.spans[annotator]]
        read = read_spans(document.text, raw, request.info.unit)
        annotations.append(Annotation(annotator, read.spans))
        dropped += read.dropped
    return _Judged(name, document.text, order, adjudicate(annotations, request.rule), dropped)


def _label_keys(
    client: DoccanoClient, request: PullRequest, documents: Sequence[ExportedDocument]
) -> dict[str, str]:
    """Keys by name; a label that is newer than what was asked before is looked up."""
    keys = {name: str(number) for number, name in request.labels.items()}
    used = {
        label for document in documents for spans in document.spans.values() for *_, label in spans
    }
    if not used <= keys.keys():
        latest = client.label_types(request.doccano_project)
        keys |= {name: str(number) for number, name in latest.items()}
    missing = sorted(used - keys.keys())
    if missing:
        raise CollectError(
            f"Doccano's export names labels that the project no longer has ({', '.join(missing)}): "
            "one was renamed or deleted during the export; the next pull sorts it out"
        )
    return keys
