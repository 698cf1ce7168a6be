"""Loads a promoted version and checks it before it predicts for anyone."""

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ner.engines.precisions import identical
from ner.errors import CorruptVersion
from ner.spans import Prediction
from ner.text_tagger import LoadTagger
from ner.versions.manifest import Sample
from ner.versions.registry import Promotion, Registry, Version
from server.serving.predictor import Lookup, Predictor
from worker.beforehand.known_predictions import KnownPredictions

logger = logging.getLogger(__name__)

# With wrong weights or a wrong tokenizer almost no span agrees. A processor or precision other than
# those that the version was made with may change a span or two.
LEAST_AGREEMENT = 2 / 3
_WARM_UP = "University of X, 1 Main Street\nA sentence to warm up with."


@dataclass(frozen=True, slots=True)
class Champion:
    """A version that was loaded and checked, and the promotion that made it champion.

    `known` has its predictions that Redis keeps, None where they are not shared.
    """

    version: Version
    promotion: Promotion
    predictor: Predictor
    known: KnownPredictions | None = None

    @property
    def name(self) -> str:
        """The version's number, `v0001`."""
        return self.version.name


def load_champion(
    registry: Registry,
    promotion: Promotion,
    load: LoadTagger,
    *,
    on_lookup: Callable[[Lookup], None],
    share: Callable[[Version], KnownPredictions] | None = None,
) -> Champion:
    """Verifies the promoted version's files, loads it, warms it up and checks it on its samples.

    From then on it has the predictions that `share` returns for the version. Raises
    VersionNotFound, CorruptVersion or PredictionFailed, and whatever `load` and `share` raise.
    """
    version = registry.verify(promotion.version)
    name = f"{registry.project}-{version.name}"
    predictor = Predictor(load(version.path), name=name, on_lookup=on_lookup)
    try:
        _check(version, predictor)
        known = share(version) if share else None
    except BaseException:
        predictor.close()
        raise
    if known is not None:
        predictor.share(known)
    return Champion(version, promotion, predictor, known)


def agreement(samples: Sequence[Sample], predictions: Sequence[Prediction]) -> float:
    """The share of spans, in [0, 1], that the samples and the predictions have in common."""
    return identical([sample.spans for sample in samples], [p.spans for p in predictions])


def _check(version: Version, predictor: Predictor) -> None:
    samples = version.manifest.samples
    texts = [_WARM_UP, *(sample.text for sample in samples)]
    _, *predictions = [predictor.submit([text], urgent=True)[0].result() for text in texts]
    share = agreement(samples, predictions)
    if share < LEAST_AGREEMENT:
        raise CorruptVersion(
            f"{version.path} has only {share:.0%} of the spans of its own samples in common "
            "with its manifest; its weights, its tokenizer or the installed libraries have changed"
        )
    if not math.isclose(share, 1.0):
        logger.warning("version=%s agreement=%.2f on its own samples", version.name, share)
