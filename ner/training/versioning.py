"""Makes a version folder of a finished training: the manifest, its samples, the model card."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from pydantic import JsonValue

from ner.tagger import Tagger
from ner.text.surrogates import has_lone_surrogate
from ner.training.report import TrainingReport
from ner.versions.manifest import Manifest, Sample, library_versions
from ner.versions.version import Version, seal

# Few enough for a check at load time to predict them without a noticeable delay.
MAX_SAMPLES = 5


def manifest_of(
    report: TrainingReport,
    *,
    created_at: datetime,
    scores: Mapping[str, JsonValue] | None = None,
    label_keys: Mapping[str, str] | None = None,
    samples: Sequence[Sample] = (),
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
        samples=tuple(samples),
    )


def write_version(
    output: Path, report: TrainingReport, *, created_at: datetime, texts: Sequence[str] = ()
) -> Version:
    """Makes the folder that `train` wrote a version by itself, outside of a registry.

    Its scores are those of the report's dev documents; the first of `texts` become its samples.
    """
    scores = report.dev.to_json() if report.dev else None
    bare = manifest_of(report, created_at=created_at, scores=scores)
    seal(output, bare)
    samples = sample(Tagger.load(output), texts)
    return seal(output, manifest_of(report, created_at=created_at, scores=scores, samples=samples))


def sample(tagger: Tagger, texts: Sequence[str]) -> tuple[Sample, ...]:
    """The tagger's predictions for the first few texts, to be compared when the version is loaded.

    Texts that JSON cannot carry are skipped.
    """
    chosen = [text for text in texts if not has_lone_surrogate(text)]
    predictions = tagger.predict(chosen[:MAX_SAMPLES])
    return tuple(Sample(prediction.text, prediction.spans) for prediction in predictions)
