"""The F1 of a project's versions on the documents that are held out now.

The scores are kept in a file beside the versions, so that each version reads a held-out set once
with the same code.
"""

import hashlib
import json
import logging
from contextlib import suppress

from ner.corpus.corpus import fingerprint
from ner.files import write_atomically
from ner.text_tagger import LoadTagger
from ner.versions.identity import code_digest, version_digest
from ner.versions.registry import Registry
from ner.versions.version import Version
from worker.retrain.comparison import HeldOut
from worker.store.training.datasets import Dataset

logger = logging.getLogger(__name__)

SCORES_FILE = "held_out_f1.json"


class TodaysScores:
    """Strict micro F1 of versions on the held-out documents of `dataset`.

    Labels of old versions get their current names.
    """

    def __init__(self, registry: Registry, dataset: Dataset, load: LoadTagger) -> None:
        self._path = registry.folder / SCORES_FILE
        self._held_out = HeldOut(dataset, load)
        keys = sorted(dataset.label_keys.items())
        content = json.dumps([fingerprint(dataset.held_out), keys, code_digest()])
        self._key = hashlib.sha256(content.encode()).hexdigest()
        self._f1 = self._read()

    def is_known(self, version: Version) -> bool:
        """Whether the version has been scored on these documents before."""
        return version_digest(version) in self._f1

    def f1(self, version: Version) -> float:
        """The version's F1, which is kept. Raises CorruptVersion when it cannot be loaded."""
        identity = version_digest(version)
        if identity not in self._f1:
            self._f1[identity] = self._held_out.score(version).strict.micro.f1
            self._write()
        return self._f1[identity]

    def _read(self) -> dict[str, float]:
        """The kept scores; none if they are of other documents or cannot be read."""
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            kept = json.loads(self._path.read_bytes())
            if kept["held_out"] == self._key:
                return {str(identity): float(f1) for identity, f1 in kept["f1"].items()}
        return {}

    def _write(self) -> None:
        content = json.dumps({"held_out": self._key, "f1": self._f1}, indent=2)
        try:
            write_atomically(self._path, content.encode())
        except OSError as error:  # a folder that this user may only read
            logger.info("scores are not kept in %s: %s", self._path, error)
