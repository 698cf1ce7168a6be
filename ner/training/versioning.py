"""Makes a version folder of a finished training: the manifest, its samples, the model card."""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from pydantic import JsonValue

from ner.spans import Document
from ner.tagger import Tagger
from ner.training.report import TrainingReport
from ner.training.samples import samples_of
from ner.versions.manifest import Manifest, library_versions
from ner.versions.version import Version, seal


def manifest_of(
    report: TrainingReport,
    *,
    created_at: datetime,
    scores: Mapping[str, JsonValue] | None = None,
    label_keys: Mapping[str, str] | None = None,
    run_id: str = "",
) -> Manifest:
    """The manifest of the training that `report` describes, for `Registry.add`.

    `created_at` has a time zone.
    """
    decoding = report.decoding
    return Manifest(
        created_at=created_at,
        base_model=report.base_model,
        labels=decoding.labels,
        transitions=decoding.transitions,
        span_filter=decoding.span_filter,
        span_ends=decoding.span_ends,
        fingerprint=report.fingerprint,
        run_id=run_id,
        parent=report.parent,
        label_keys=dict(label_keys or {}),
        window=report.window,
        overlap=report.overlap,
        parameters=report.parameters,
        scores=scores,
        documents=report.documents,
        label_spans=dict(sorted(report.label_spans.items())),
        libraries=library_versions(),
    )


def write_version(
    output: Path, report: TrainingReport, *, created_at: datetime, samples: Sequence[Document] = ()
) -> Version:
    """Makes the folder that `train` wrote a version by itself, outside of a registry.

    Its scores are those of the report's dev documents; its samples are from the documents
    `samples`.
    """
    scores = report.dev.to_json() if report.dev else None
    manifest = manifest_of(report, created_at=created_at, scores=scores)
    seal(output, manifest)
    tagger = Tagger.load(output, kind="reference")
    return seal(output, dataclasses.replace(manifest, samples=samples_of(tagger, samples)))
