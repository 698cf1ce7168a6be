"""Exports a trained version for OpenVINO and checks in which precisions it may be served."""

import dataclasses
import errno
import logging
import random
import shutil
import time
from collections.abc import Callable, Container, Sequence
from functools import partial
from pathlib import Path

from ner.engines.export import export
from ner.engines.loading import OPENVINO_FOLDER, EngineKind
from ner.engines.openvino_engine import MODEL_FILES
from ner.engines.precisions import LEAST_SPANS, Precision, PrecisionCheck, agree, check_precision
from ner.engines.processor import multiplies_bfloat16, processor_kind
from ner.engines.quantization import CALIBRATION_WINDOWS, quantize
from ner.engines.token_vectors import WEIGHTS_FILE
from ner.models.base_model import load_config, load_weights
from ner.spans import Document, Span
from ner.tagger import Tagger
from ner.text.encoding import Encoder
from ner.text.saved_tokenizer import load_saved_tokenizer
from ner.training.progress import Listener, Stage, TrainingProgress, ignore
from ner.versions.manifest import ENGINE_LIBRARIES, library_versions
from ner.versions.version import Version, seal

logger = logging.getLogger(__name__)

# Enough to tell one span in two hundred, and a larger corpus costs no more.
CHECKED_DOCUMENTS = 200
# The second is made when the first does not pass.
_INT8: tuple[Precision, ...] = ("int8", "int8_mixed")
# Models of all precisions take less than the version's weights. OpenVINO tells of a full disk as
# of any other problem, or not at all.
_ROOM = 1.5
MEGABYTE = 1_000_000
_LEAST_ROOM = 10 * MEGABYTE


def export_version(
    version: Version,
    *,
    documents: Sequence[Document],
    texts: Sequence[str],
    held_out: bool,
    progress: Listener = ignore,
) -> Version:
    """Adds the version's models for OpenVINO and the checks of their precisions to its manifest.

    The precisions are compared with torch's float32 on the first of `documents`, on which the
    version was not trained if they are `held_out`, and on the version's samples; int8 is calibrated
    with `texts`. A version that was checked is returned as it is. One that OpenVINO cannot run gets
    a check that says why, and no models: torch serves it. Raises OSError when the disk is full.
    """
    if version.manifest.checks:
        return version
    progress(TrainingProgress(stage=Stage.EXPORTING))
    folder = version.path / OPENVINO_FOLDER
    # What a killed process left.
    shutil.rmtree(folder, ignore_errors=True)
    _require_room(version.path)
    folder.mkdir()
    checks = _Checks(version, documents[:CHECKED_DOCUMENTS], held_out=held_out).make(texts)
    _remove_models(folder, {check.precision for check in checks if check.passed})
    manifest = version.manifest
    libraries = {**manifest.libraries, **library_versions(ENGINE_LIBRARIES)}
    return seal(
        version.path, dataclasses.replace(manifest, checks=tuple(checks), libraries=libraries)
    )


class _Checks:
    """The checks of one version, each made as soon as its model is written."""

    def __init__(self, version: Version, documents: Sequence[Document], *, held_out: bool) -> None:
        self._version = version
        self._documents = documents
        self._held_out = held_out
        self._reference, _ = _predicted(self._load("reference"), documents)

    def make(self, texts: Sequence[str]) -> list[PrecisionCheck]:
        """Writes the models and checks them; int8 is tried where float32 is right."""
        source, path = str(self._version.path), self._version.path
        model = load_weights(source, load_config(source), trained=True)
        longest = self._version.manifest.window
        checks = [self._check("fp32", partial(export, model, path, longest=longest))]
        del model
        if not checks[0].passed:
            return checks
        if multiplies_bfloat16():
            checks.append(self._check("bf16", lambda: None))
        if sum(map(len, self._reference)) < LEAST_SPANS:
            return checks
        windows = _windows(self._version, texts)
        for precision in _INT8:
            checks.append(self._check(precision, partial(quantize, path, precision, windows)))
            if checks[-1].passed:
                break
        return checks

    def _check(self, precision: Precision, write: Callable[[], None]) -> PrecisionCheck:
        try:
            write()
            check = self._compare(precision)
        except OSError:
            raise
        except Exception as error:  # an architecture that they do not know raises their own errors
            # A cut file of a full disk raises what any other one does.
            _require_room(self._version.path, share=0.0)
            logger.warning("%s in %s: %s", self._version.path, precision, error)
            problem = next(iter(str(error).strip().splitlines()), type(error).__name__)
            check = PrecisionCheck(
                precision=precision, processor=processor_kind(), passed=False, problem=problem
            )
        logger.info(
            "version=%s precision=%s passed=%s identical=%.4f lost_f1=%.4f seconds=%.2f",
            *(self._version.name, precision, check.passed),
            *(check.identical, check.lost_f1, check.seconds),
        )
        return check

    def _compare(self, precision: Precision) -> PrecisionCheck:
        tagger = self._load(precision)
        predicted, seconds = _predicted(tagger, self._documents)
        check = check_precision(
            precision,
            processor_kind(),
            self._documents,
            reference=self._reference,
            predicted=predicted,
            seconds=seconds,
            held_out=self._held_out,
        )
        # Those who load it compare them again.
        return dataclasses.replace(check, passed=check.passed and self._samples_agree(tagger))

    def _samples_agree(self, tagger: Tagger) -> bool:
        samples = self._version.manifest.samples
        predictions = tagger.predict([sample.text for sample in samples])
        return agree([sample.spans for sample in samples], [each.spans for each in predictions])

    def _load(self, kind: EngineKind) -> Tagger:
        return Tagger.load(self._version.path, kind=kind)


def _require_room(folder: Path, *, share: float = _ROOM) -> None:
    """Raises OSError unless the disk has room for so many times the weights, and some more."""
    needed = int(share * (folder / WEIGHTS_FILE).stat().st_size) + _LEAST_ROOM
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise OSError(
            errno.ENOSPC,
            f"the models for OpenVINO need {needed / MEGABYTE:,.0f} MB, and {free / MEGABYTE:,.0f} "
            "MB are free",
            str(folder),
        )


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


def _predicted(
    tagger: Tagger, documents: Sequence[Document]
) -> tuple[list[tuple[Span, ...]], float]:
    texts = [document.text for document in documents]
    # The first forward pass prepares the model, and is not measured.
    tagger.predict(texts[:1])
    began = time.perf_counter()
    predictions = tagger.predict(texts)
    return [prediction.spans for prediction in predictions], time.perf_counter() - began
