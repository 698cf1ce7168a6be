"""Trains a tagger for one fold of a cross-validation, and reads the fold's documents with it."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from ner.crossval.crossval import Candidate
from ner.crossval.fold_readings import Reading
from ner.crossval.span_probability import judge
from ner.decoding.decoding import decode
from ner.engines.torch_engine import TorchEngine
from ner.models.base_model import load_config, load_tokenizer, resolve_base_model
from ner.spans import Document
from ner.tagger import Tagger
from ner.text.encoding import Encoder
from ner.text.saved_tokenizer import load_saved_tokenizer
from ner.training.options import TrainingOptions
from ner.training.progress import Listener
from ner.training.report import TrainingReport
from ner.training.training import train
from ner.versions.version import checksums

_CHUNK = 64


def candidate_for(options: TrainingOptions) -> Candidate:
    """The candidate with these options, after checking that its config and tokenizer load.

    The identity of a local model is the checksums of its files, that of a hub model its name.
    Raises BaseModelError.
    """
    source = resolve_base_model(options.base_model)
    load_config(source)
    load_tokenizer(source)
    folder = Path(source)
    return Candidate(options, dict(checksums(folder)) if folder.is_dir() else source)


def train_and_read(
    training: Sequence[Document],
    held_out: Sequence[Document],
    *,
    labels: Sequence[str],
    options: TrainingOptions,
    work_dir: Path,
    progress: Listener,
) -> tuple[Reading, ...]:
    """Reads each held-out document with a tagger trained on `training`, which is not kept.

    `labels` are those of the whole corpus, so that the tagger of every fold knows all of them.
    Training resumes from `work_dir`. Raises what `ner.training.training.train` raises.
    """
    model = work_dir / "model"
    shutil.rmtree(model, ignore_errors=True)
    report = train(
        training,
        labels=labels,
        options=options,
        output=model,
        work_dir=work_dir / "checkpoints",
        progress=progress,
    )
    tagger = _tagger(model, report)
    chunks = (held_out[i : i + _CHUNK] for i in range(0, len(held_out), _CHUNK))
    return tuple(reading for chunk in chunks for reading in read(tagger, chunk))


def read(tagger: Tagger, documents: Sequence[Document]) -> list[Reading]:
    """For each document the spans that the tagger predicts, and its probabilities of gold spans."""
    texts = [document.text for document in documents]
    readings = []
    for document, scores in zip(documents, tagger.token_scores(texts), strict=True):
        spans, _ = decode(document.text, scores.offsets, scores.log_probs, tagger.decoding)
        judged = judge(document.text, (*spans, *document.spans), scores, tagger.labels)
        readings.append(Reading(judged[: len(spans)], judged[len(spans) :]))
    return readings


def _tagger(model: Path, report: TrainingReport) -> Tagger:
    """The tagger of a model folder, which does not need to be a version."""
    encoder = Encoder(load_saved_tokenizer(model), window=report.window, overlap=report.overlap)
    return Tagger(TorchEngine.load(model), encoder, report.decoding)
