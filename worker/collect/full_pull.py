"""A full pull: reads everything that is approved in a project, by listing and export."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ner.errors import CollectError, DoccanoRejected, DoccanoUnavailable
from ner.spans import Span
from ner.text.placement import SpanCounts
from worker.collect.adjudication import (
    Adjudicated,
    Annotation,
    Rule,
    adjudicate,
    order_by_first_seen,
)
from worker.collect.export_reading import ExportedDocument, ReadExport, read_export
from worker.collect.exported_lines import ExportedLines
from worker.collect.listing import Listing
from worker.collect.meta_keys import check_meta_keys
from worker.collect.span_reading import read_spans
from worker.doccano.client import DoccanoClient
from worker.doccano.models import Example
from worker.store.corpus.revisions import Approval
from worker.store.labels import LabelKeys
from worker.store.projects import ProjectInfo

logger = logging.getLogger(__name__)

Way = Literal["gate", "export", "each document"]


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """How far the annotators of an individual project agree.

    `documents` is how many were approved by two or more annotators; `mean` is the mean of their
    agreements (see `worker.collect.adjudication`), None without any; `conflicts` has the ids of
    those that the rule left undecided.
    """

    documents: int
    mean: float | None
    conflicts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FullPull:
    """The approved documents, and what became of their spans.

    `way` is "gate" when nothing is approved, so that nothing had to be read. `agreement` is None in
    a collaborative project. `unchanged` are the external ids of the approved documents whose lines
    in the export have not changed since they were read; they are not among the `approvals`.
    """

    way: Way
    approvals: tuple[Approval, ...]
    span_counts: SpanCounts
    agreement: AgreementReport | None
    unchanged: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PullRequest:
    """Input of a full pull: the project in Doccano and what the store knows about it.

    `label_key` returns the key of a label by Doccano's id, `latest_labels` reads all labels again.
    `lines_before` has the digests of lines with their documents (see `ExportedLines`).
    """

    doccano_project: int
    info: ProjectInfo
    labels: LabelKeys
    label_key: Callable[[int], str]
    latest_labels: Callable[[], LabelKeys]
    rule: Rule
    annotators_before: Mapping[str, Sequence[str]]
    lines_before: Mapping[str, str]
    anything_approved: bool
    export_deadline: float


def pull_everything(
    client: DoccanoClient,
    request: PullRequest,
    listing: Listing,
    count_export: Callable[[], None],
) -> FullPull:
    """Reads all approved documents of the project; completes the listing if it must.

    Calls `count_export` before Doccano is asked for an export.

    When Doccano cannot export, a collaborative project is read document by document. Raises
    CollectError when meta keys or a concurrent change corrupt the export, and the DoccanoError
    tree.
    """
    collaborative = request.info.collaborative
    _checked_candidates(request, listing)
    any_confirmed = any(example.confirmed for example in listing.examples)
    if not any_confirmed and not request.anything_approved:
        return FullPull("gate", (), SpanCounts(), None)
    count_export()
    try:
        files = client.export_approved(request.doccano_project, deadline=request.export_deadline)
        lines = ExportedLines(request.lines_before, request.labels.by_name, request.info.unit)
        read = read_export(
            client, request.doccano_project, files, listing, lines if collaborative else None
        )
    except CollectError:
        # The cause may be a meta key of a document that was listed before.
        listing.complete()
        _checked_candidates(request, listing)
        raise
    except (DoccanoUnavailable, DoccanoRejected) as error:
        if not collaborative:
            raise
        listing.complete()
        candidates = _checked_candidates(request, listing)
        logger.warning(
            "reading each document instead of an export project=%s (%s)",
            request.doccano_project,
            error,
        )
        return _read_each(client, request, candidates)
    return _from_export(request, read)


def _checked_candidates(request: PullRequest, listing: Listing) -> list[Example]:
    """The listed documents that may be approved. Raises CollectError for their meta keys."""
    # Which documents others approved in an individual project is known only from the export.
    candidates = [
        example
        for example in listing.examples
        if example.confirmed or not request.info.collaborative
    ]
    check_meta_keys(candidates, use_relation=request.info.use_relation)
    return candidates


def _read_each(
    client: DoccanoClient, request: PullRequest, confirmed: Sequence[Example]
) -> FullPull:
    approvals = []
    counts = SpanCounts()
    for example in confirmed:
        raw = [
            (span.start, span.end, request.label_key(span.label_id))
            for span in client.spans(request.doccano_project, example.id)
        ]
        read = read_spans(example.text, raw, request.info.unit)
        approvals.append(Approval(str(example.id), example.text, read.spans))
        counts += read.counts
    return FullPull("each document", tuple(approvals), counts, None)


@dataclass(frozen=True, slots=True)
class _AdjudicatedDocument:
    external_id: str
    text: str
    annotators: tuple[str, ...]
    result: Adjudicated
    counts: SpanCounts
    line: str | None

    @property
    def approval(self) -> Approval | None:
        spans, agreement = self.result.spans, self.result.agreement
        if spans is None:
            return None
        named = tuple(annotator for annotator in self.annotators if annotator)
        return Approval(self.external_id, self.text, spans, named, agreement, self.line)


def _from_export(request: PullRequest, read: ReadExport) -> FullPull:
    keys = _label_keys(request, read.documents)
    approvals: list[Approval] = []
    agreements: list[float] = []
    conflicts: list[str] = []
    counts = SpanCounts()
    # One at a time, so that no more of a large project is in memory than its approvals.
    for document in read.documents:
        adjudicated = _adjudicate(request, document, keys)
        counts += adjudicated.counts
        if adjudicated.result.agreement is not None:
            agreements.append(adjudicated.result.agreement)
        if approval := adjudicated.approval:
            approvals.append(approval)
        else:
            conflicts.append(adjudicated.external_id)
    report = AgreementReport(
        documents=len(agreements),
        mean=sum(agreements) / len(agreements) if agreements else None,
        conflicts=tuple(conflicts),
    )
    return FullPull(
        way="export",
        approvals=tuple(approvals),
        span_counts=counts,
        agreement=None if request.info.collaborative else report,
        unchanged=read.unchanged,
    )


def _adjudicate(
    request: PullRequest, document: ExportedDocument, keys: Mapping[str, str]
) -> _AdjudicatedDocument:
    external_id = str(document.id)
    before = request.annotators_before.get(external_id, ())
    order = order_by_first_seen(list(document.spans), before)
    annotations = []
    misfits: set[Span] = set()
    counts = SpanCounts()
    for annotator in order:
        raw = [(start, end, keys[label]) for start, end, label in document.spans[annotator]]
        read = read_spans(document.text, raw, request.info.unit)
        annotations.append(Annotation(annotator, read.spans))
        misfits |= {span for span in read.spans if span.end > len(document.text)}
        counts += read.counts
    result = adjudicate(annotations, request.rule)
    if result.spans is not None and misfits:
        # The others' spans cannot be trusted either: no vote makes this document gold.
        result = replace(result, spans=tuple(sorted({*result.spans, *misfits})))
    return _AdjudicatedDocument(external_id, document.text, order, result, counts, document.line)


def _label_keys(request: PullRequest, documents: Sequence[ExportedDocument]) -> Mapping[str, str]:
    """Returns ``{name: key}``; a label that is newer than `request.labels` is looked up."""
    keys = request.labels.by_name
    used = {
        label for document in documents for spans in document.spans.values() for *_, label in spans
    }
    if not used <= keys.keys():
        # A label that was renamed during the export has its old name in it.
        keys = {**keys, **request.latest_labels().by_name}
    missing = sorted(used - keys.keys())
    if missing:
        raise CollectError(
            f"Doccano's export names labels that the project no longer has ({', '.join(missing)}): "
            "one was renamed or deleted during the export; the next pull will succeed"
        )
    return keys
