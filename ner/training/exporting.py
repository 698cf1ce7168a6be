"""Exports a trained version for OpenVINO and checks in which precisions it may be served."""

import dataclasses
import logging
import random
import shutil
import time
from collections.abc import Container, Iterator, Sequence
from pathlib import Path

from ner.engines.export import export
from ner.engines.loading import OPENVINO_FOLDER
from ner.engines.openvino_engine import MODEL_FILES
from ner.engines.precisions import Precision, PrecisionCheck, check_precision
from ner.engines.processor import processor_kind
from ner.engines.quantization import CALIBRATION_WINDOWS, quantize
from ner.models.base_model import load_config, load_weights
from ner.spans import Document, Span
from ner.tagger import Tagger
from ner.text.encoding import Encoder
from ner.text.saved_tokenizer import load_saved_tokenizer
from ner.training.progress import Listener, Stage, TrainingProgress, ignore
from ner.versions.version import Version, seal

logger = logging.getLogger(__name__)

# Enough to tell one span in two hundred, and a larger corpus costs no more.
CHECKED_DOCUMENTS = 200
_FLOAT: tuple[Precision, ...] = ("fp32", "bf16")
# The second is made when the first does not pass.
_INT8: tuple[Precision, ...] = ("int8", "int8_mixed")


def export_version(
    version: Version,
    *,
    documents: Sequence[Document],
    texts: Sequence[str],
    progress: Listener = ignore,
) -> Version:
    """Adds the version's models for OpenVINO and the checks of their precisions to its manifest.

    The precisions are compared with torch's float32 on the first of `documents`, which the version
    was not trained on, and int8 is calibrated with `texts`, which it was. A version that was
    exported is returned as it is. One that OpenVINO cannot run is returned without its models:
    torch serves it. Raises OSError when the disk is full.
    """
    if version.manifest.checks:
        return version
    progress(TrainingProgress(stage=Stage.EXPORTING))
    folder = version.path / OPENVINO_FOLDER
    # What a killed process left.
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    checks: list[PrecisionCheck] = []
    try:
        for check in _checks(version, documents[:CHECKED_DOCUMENTS], texts):
            checks.append(check)
    except OSError:
        raise
    except Exception as error:  # an architecture that they do not know raises their own errors
        logger.warning("%s cannot be exported for OpenVINO: %s", version.path, error)
    _remove_models(folder, {check.precision for check in checks if check.passed})
    return seal(version.path, dataclasses.replace(version.manifest, checks=tuple(checks)))


def _checks(
    version: Version, documents: Sequence[Document], texts: Sequence[str]
) -> Iterator[PrecisionCheck]:
    """Makes the model of each precision, and checks it as soon as it is made."""
    reference, _ = _predicted(Tagger.load(version.path, openvino=False), documents)
    source = str(version.path)
    export(load_weights(source, load_config(source), trained=True), version.path)
    for precision in _FLOAT:
        yield _check(version, precision, documents, reference)
    windows = _windows(version, texts)
    for precision in _INT8:
        quantize(version.path, precision, windows)
        check = _check(version, precision, documents, reference)
        yield check
        if check.passed:
            break


def _windows(version: Version, texts: Sequence[str]) -> list[list[int]]:
    """Windows of as many documents as possible: those of a few give scales that suit them."""
    manifest = version.manifest
    encoder = Encoder(
        load_saved_tokenizer(version.path), window=manifest.window, overlap=manifest.overlap
    )
    random_ = random.Random(0)  # noqa: S311
    chosen = random_.sample(texts, min(len(texts), CALIBRATION_WINDOWS))
    windows = [ids for text in chosen for ids in encoder.window_ids(encoder.encode(text))]
    return random_.sample(windows, min(len(windows), CALIBRATION_WINDOWS))


def _remove_models(folder: Path, passed: Container[Precision]) -> None:
    """Removes the models of precisions that did not pass."""
    kept = {Path(file).stem for precision, file in MODEL_FILES.items() if precision in passed}
    for file in folder.iterdir():
        if file.stem not in kept:
            file.unlink()
    if not kept:
        folder.rmdir()


def _check(
    version: Version,
    precision: Precision,
    documents: Sequence[Document],
    reference: Sequence[Sequence[Span]],
) -> PrecisionCheck:
    predicted, seconds = _predicted(Tagger.load(version.path, precision=precision), documents)
    check = check_precision(
        precision,
        processor_kind(),
        documents,
        reference=reference,
        predicted=predicted,
        seconds=seconds,
    )
    logger.info(
        "precision=%s passed=%s identical=%.4f lost_f1=%.4f seconds=%.2f",
        precision,
        check.passed,
        check.identical,
        check.lost_f1,
        seconds,
    )
    return check


def _predicted(
    tagger: Tagger, documents: Sequence[Document]
) -> tuple[list[tuple[Span, ...]], float]:
    texts = [document.text for document in documents]
    # The first forward pass prepares the model, and is not measured.
    tagger.predict(texts[:1])
    began = time.perf_counter()
    predictions = tagger.predict(texts)
    return [prediction.spans for prediction in predictions], time.perf_counter() - began
