"""One fold of a cross-validation with the real tagger: train on the others, read this one."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from ner.crossval.crossval import Candidate
from ner.crossval.fold_readings import Reading
from ner.crossval.span_probability import judge
from ner.decoding.decoding import decode
from ner.engine import TorchEngine
from ner.models.base_model import load_config, load_tokenizer, resolve_base_model
from ner.spans import Document
from ner.tagger import Tagger
from ner.text.encoding import Encoder
from ner.training.options import TrainingOptions
from ner.training.progress import Listener
from ner.training.report import TrainingReport
from ner.training.training import train
from ner.versions.version import checksums

_AT_A_TIME = 64


def candidate_for(options: TrainingOptions) -> Candidate:
    """The candidate, once its base model is known to be of use.

    A local model's identity are the checksums of its files, a hub's its name. Raises
    BaseModelError.
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
    """A reading of each held-out document by a tagger trained on the others, which is not kept.

    `labels` are the whole corpus', so that each fold's tagger knows them all. Training resumes from
    `work_dir`. Raises what `ner.training.training.train` raises.
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
    parts = (held_out[i : i + _AT_A_TIME] for i in range(0, len(held_out), _AT_A_TIME))
    return tuple(reading for part in parts for reading in read(tagger, part))


def read(tagger: Tagger, documents: Sequence[Document]) -> list[Reading]:
    """What the tagger predicts in each document, and its opinion of the gold spans there."""
    texts = [document.text for document in documents]
    readings = []
    for document, scores in zip(documents, tagger.token_scores(texts), strict=True):
        spans, _ = decode(document.text, scores.offsets, scores.log_probs, tagger.decoding)
        judged = judge(document.text, (*spans, *document.spans), scores, tagger.labels)
        readings.append(Reading(judged[: len(spans)], judged[len(spans) :]))
    return readings


def _tagger(model: Path, report: TrainingReport) -> Tagger:
    """Of a folder that no version is made of: it lives as long as its fold."""
    tokenizer = load_tokenizer(str(model), line_breaks=False)
    encoder = Encoder(tokenizer, window=report.window, overlap=report.overlap)
    return Tagger(TorchEngine.load(model), encoder, report.decoding)
