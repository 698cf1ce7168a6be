"""Recognises the lines of an export that have been read before and have not changed since."""

import hashlib
import json
from collections.abc import Mapping

from ner.text.offsets import OffsetUnit

# A reading that makes other spans of the same line gets another number.
READING = 1


class ExportedLines:
    """The lines that approved documents were last read from.

    `known` is ``{digest: external id}``. A digest is the SHA-256 of the line and of what its
    reading depends on: the keys of the labels by name, and the unit of the offsets.
    """

    def __init__(
        self, known: Mapping[str, str], labels: Mapping[str, str], unit: OffsetUnit
    ) -> None:
        self._known = known
        reading = json.dumps([READING, unit.value, sorted(labels.items())])
        self._reading = hashlib.sha256(reading.encode())

    def digest(self, line: bytes) -> str:
        """The digest of a line, in hex."""
        digest = self._reading.copy()
        digest.update(line)
        return digest.hexdigest()

    def read_before(self, digest: str) -> str | None:
        """The external id of the document that has this line, None if it is new or changed."""
        return self._known.get(digest)
