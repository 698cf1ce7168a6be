"""What a training that goes on from a version sees: what is new, and a replay of what is old.

New documents alone would make the model forget the others.
"""

import logging
from collections import Counter
from collections.abc import Sequence

from ner.corpus.corpus import document_hashes, fingerprint
from ner.hashing import exact_hash
from ner.spans import Document
from ner.training.options import TrainingOptions
from ner.versions.trained_on import document_difference, read_trained_on

logger = logging.getLogger(__name__)


def choose_documents(documents: Sequence[Document], options: TrainingOptions) -> Sequence[Document]:
    """Those that a training sees: all, or when warm the new ones and a replay of the old ones.

    With nothing new, and where the version does not say what it was trained on, a warm training
    sees all as well. Raises CorruptVersion.
    """
    if options.warm_from is None:
        return documents
    parts = document_difference(documents, read_trained_on(options.warm_from) or frozenset())
    if not parts.new:
        return documents
    replayed = replay_sample(parts.old, parts.new, ratio=options.replay, seed=options.seed)
    logger.info("warm new=%d replayed=%d of=%d", len(parts.new), len(replayed), len(parts.old))
    return (*parts.new, *replayed)


def replay_sample(
    old: Sequence[Document], new: Sequence[Document], *, ratio: float, seed: int
) -> tuple[Document, ...]:
    """`ratio` old documents for each new one, or all, drawn by hash whatever order they come in.

    Each label of the old documents occurs, the rarest first where there is no room for all. Other
    new documents draw other old ones, so that over many trainings all of them come up.
    """
    salt = f"replay {seed} {fingerprint(new)}"
    hashes = dict(zip(old, document_hashes(old), strict=True))
    drawn = sorted(old, key=lambda document: exact_hash(f"{salt} {hashes[document]}"))
    covering = _covering(drawn)
    ordered = [*covering, *(document for document in drawn if document not in covering)]
    return tuple(ordered[: round(ratio * len(new))])


def _covering(documents: Sequence[Document]) -> dict[Document, None]:
    """The first document with each label that those before it lack, the rarest label first."""
    counts = Counter(label for document in documents for label in document.labels)
    chosen: dict[Document, None] = {}
    for label in sorted(counts, key=lambda name: (counts[name], name)):
        if not any(label in document.labels for document in chosen):
            chosen[next(document for document in documents if label in document.labels)] = None
    return chosen
