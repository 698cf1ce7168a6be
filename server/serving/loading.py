"""Loads a promoted version and checks it before it predicts for anyone."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

from ner.text_tagger import LoadServedTagger, ServedTagger
from ner.versions.registry import Promotion, Registry, Version
from server.serving.low_priority import run_at_low_priority
from server.serving.predictor import Lookup, Predictor
from worker.beforehand.known_predictions import KnownPredictions

WARM_UP = "University of X, 1 Main Street\nA sentence to warm up with."


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
    load: LoadServedTagger,
    *,
    on_lookup: Callable[[Lookup], None],
    share: Callable[[Version], KnownPredictions] | None = None,
    beside_answers: bool = False,
) -> Champion:
    """Verifies the promoted version's files, loads it, which checks it, and warms it up.

    `beside_answers` says that another version answers meanwhile, which then goes first. From then
    on the champion has the predictions that `share` returns for the version. Raises
    VersionNotFound, CorruptVersion or PredictionFailed, and whatever `load` and `share` raise.
    """

    def loaded() -> tuple[Version, ServedTagger]:
        version = registry.verify(promotion.version)
        return version, load(version.path)

    # OpenVINO starts its threads with its first model, and all models are computed by them.
    started = "openvino" in sys.modules
    version, tagger = run_at_low_priority(loaded) if beside_answers and started else loaded()
    name = f"{registry.project}-{version.name}"
    predictor = Predictor(tagger, name=name, on_lookup=on_lookup)
    del tagger
    try:
        predictor.submit([WARM_UP], urgent=True)[0].result()
        known = share(version) if share else None
    except BaseException:
        predictor.close()
        raise
    if known is not None:
        predictor.share(known)
    return Champion(version, promotion, predictor, known)
