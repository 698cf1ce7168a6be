"""Brings a promoted version to the point of answering: nothing unchecked is served."""

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ner.errors import CorruptVersion
from ner.spans import Prediction
from ner.text_tagger import LoadTagger, TextTagger
from ner.versions.manifest import Sample
from ner.versions.registry import Promotion, Registry, Version
from server.serving.predictor import Lookup, Predictor

logger = logging.getLogger(__name__)

# Wrong weights or a wrong tokenizer agree on next to nothing. Another processor or precision than
# the one the version was made on may move a span or two.
LEAST_AGREEMENT = 0.5
_WARM_UP = "University of X, 1 Main Street\nA sentence to warm up with."


@dataclass(frozen=True, slots=True)
class Champion:
    """A version that was checked and answers, and the promotion that asked for it."""

    version: Version
    promotion: Promotion
    predictor: Predictor

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
) -> Champion:
    """The promoted version with its files verified, loaded, warmed up and checked on its samples.

    Raises VersionNotFound or CorruptVersion, and whatever `load` raises.
    """
    version = registry.verify(promotion.version)
    name = f"{registry.project}-{version.name}"
    predictor = Predictor(load(version.path), name=name, on_lookup=on_lookup)
    try:
        _check(version, predictor)
    except BaseException:
        predictor.close()
        raise
    return Champion(version, promotion, predictor)


def load_tagger(path: Path) -> TextTagger:
    """The real tagger of a version folder. Torch is imported here, by the thread that loads."""
    from ner.tagger import Tagger

    return Tagger.load(path)


def agreement(samples: Sequence[Sample], predictions: Sequence[Prediction]) -> float:
    """The share of spans, in [0, 1], that both sides have; 1 when neither has any."""
    expected = {(i, span) for i, sample in enumerate(samples) for span in sample.spans}
    found = {(i, span) for i, made in enumerate(predictions) for span in made.spans}
    either = expected | found
    return len(expected & found) / len(either) if either else 1.0


def _check(version: Version, predictor: Predictor) -> None:
    samples = version.manifest.samples
    texts = [_WARM_UP, *(sample.text for sample in samples)]
    _, *predictions = [predictor.submit([text], urgent=True)[0].result() for text in texts]
    share = agreement(samples, predictions)
    if share < LEAST_AGREEMENT:
        raise CorruptVersion(
            f"{version.path}: only {share:.0%} of the spans on its own samples are what its "
            "manifest says; its weights, tokenizer or libraries are not those it was made with"
        )
    if not math.isclose(share, 1.0):
        logger.warning("version=%s agreement=%.2f on its own samples", version.name, share)
