"""Loads a version in the fastest precision that is right on this machine."""

import logging
import math
import time
from collections.abc import Iterator
from pathlib import Path

from ner.engines.gpu import has_gpu
from ner.engines.precisions import PRECISIONS, Precision, agree, candidates, identical
from ner.engines.processor import processor_kind
from ner.errors import CorruptVersion
from ner.tagger import Tagger
from ner.versions.manifest import Manifest, library_versions
from ner.versions.version import Version, open_version

logger = logging.getLogger(__name__)

# With wrong weights or a wrong tokenizer almost no span agrees. A processor other than the one that
# the version was made on may change a span or two.
LEAST_AGREEMENT = 2 / 3
_TIMED_ROUNDS = 3


def load_fastest(path: Path, *, openvino: bool = True, checked: bool = False) -> Tagger:
    """The tagger of a version folder in the fastest precision that is right on this machine.

    A precision that passed where the version was made may be wrong or slow here; each is therefore
    compared with the version's samples, and also timed where the processor or OpenVINO is another.
    When no precision of OpenVINO is right, and without `openvino`, torch computes, as it does on a
    GPU. Raises CorruptVersion when nothing can be loaded, and with `checked` when less than
    `LEAST_AGREEMENT` of the samples' spans are what torch predicts.
    """
    version = open_version(path)
    if openvino and not has_gpu():
        known = _known(version.manifest)
        tagger = _first_right(version, known) if known else _fastest(version)
        if tagger is not None:
            return tagger
        logger.info("version=%s has no precision of OpenVINO for this machine", version.name)
    tagger = Tagger.load(path)
    if checked:
        _require_agreement(version, tagger)
    return tagger


def _known(manifest: Manifest) -> tuple[Precision, ...]:
    """The precisions that passed on such a processor with this OpenVINO, the fastest first."""
    here = library_versions(["openvino"])
    if not here.items() <= manifest.libraries.items():
        return ()
    return candidates(manifest.checks, processor_kind())


def _first_right(version: Version, precisions: tuple[Precision, ...]) -> Tagger | None:
    taggers = (_right(version, precision) for precision in precisions)
    return next((tagger for tagger in taggers if tagger is not None), None)


def _fastest(version: Version) -> Tagger | None:
    """The fastest of those that passed elsewhere and are right here."""
    best: Tagger | None = None
    least = float("inf")
    for precision in _passed_elsewhere(version.manifest):
        tagger = _right(version, precision)
        seconds = _seconds(tagger, version.manifest) if tagger else least
        if seconds < least:
            best, least = tagger, seconds
    return best


def _passed_elsewhere(manifest: Manifest) -> Iterator[Precision]:
    passed = {check.precision for check in manifest.checks if check.passed}
    for precision in PRECISIONS:
        # Only samples tell whether another one than float32 is right here.
        if precision in passed and (manifest.samples or precision == "fp32"):
            yield precision


def _right(version: Version, precision: Precision) -> Tagger | None:
    """The tagger in this precision, or None if it cannot compute or differs on the samples."""
    samples = version.manifest.samples
    try:
        tagger = Tagger.load(version.path, kind=precision)
        predictions = tagger.predict([sample.text for sample in samples])
    except Exception as error:  # OpenVINO has no error of its own
        logger.warning("version=%s precision=%s: %s", version.name, precision, error)
        return None
    if agree([sample.spans for sample in samples], [each.spans for each in predictions]):
        logger.info("version=%s precision=%s is right on its samples", version.name, precision)
        return tagger
    logger.warning(
        "version=%s precision=%s differs on its samples: another one is tried",
        version.name,
        precision,
    )
    return None


def _require_agreement(version: Version, tagger: Tagger) -> None:
    samples = version.manifest.samples
    predictions = tagger.predict([sample.text for sample in samples])
    share = identical([sample.spans for sample in samples], [each.spans for each in predictions])
    if share < LEAST_AGREEMENT:
        raise CorruptVersion(
            f"{version.path} has only {share:.0%} of the spans of its own samples in common "
            "with its manifest; its weights, its tokenizer or the installed libraries have changed"
        )
    if not math.isclose(share, 1.0):
        logger.warning("version=%s agreement=%.2f on its own samples", version.name, share)


def _seconds(tagger: Tagger, manifest: Manifest) -> float:
    """The least time that the samples take."""
    texts = [sample.text for sample in manifest.samples]
    times = []
    for _ in range(_TIMED_ROUNDS):
        began = time.perf_counter()
        tagger.predict(texts)
        times.append(time.perf_counter() - began)
    return min(times)
