"""Chooses the documents of a warm training: the new ones, and a replay of old ones.

If trained on new documents alone, the model would forget the others.
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
    """The documents to train on: all, or for a warm start the new ones and a replay of old ones.

    A warm start uses all documents too when none is new, and when the version does not record what
    it was trained on. Raises CorruptVersion.
    """
    if options.warm_from is None:
        return documents
    known = read_trained_on(options.warm_from) or frozenset()
    difference = document_difference(documents, known, renamed=options.renamed)
    new, old = difference.new, difference.old
    if not new:
        return documents
    replayed = replay_sample(old, new, ratio=options.replay, seed=options.seed)
    logger.info("warm new=%d replayed=%d of=%d", len(new), len(replayed), len(old))
    return (*new, *replayed)


def replay_sample(
    old: Sequence[Document], new: Sequence[Document], *, ratio: float, seed: int
) -> tuple[Document, ...]:
    """`ratio` old documents for each new one, or all, drawn by hash whatever order they come in.

    Each label of the old documents occurs; where there is no room for all labels, the rarest come
    first. Different new documents draw different old ones, so that over many trainings every old
    document is drawn.
    """
    salt = f"replay {seed} {fingerprint(new)}"
    hashes = dict(zip(old, document_hashes(old), strict=True))
    drawn = sorted(old, key=lambda document: exact_hash(f"{salt} {hashes[document]}"))
    covering = _covering(drawn)
    ordered = [*covering, *(document for document in drawn if document not in covering)]
    return tuple(ordered[: round(ratio * len(new))])


def _covering(documents: Sequence[Document]) -> dict[Document, None]:
    """The first document with each label that no document chosen before has, rarest label first."""
    counts = Counter(label for document in documents for label in document.labels)
    chosen: dict[Document, None] = {}
    for label in sorted(counts, key=lambda name: (counts[name], name)):
        if not any(label in document.labels for document in chosen):
            chosen[next(document for document in documents if label in document.labels)] = None
    return chosen
