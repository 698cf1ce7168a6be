"""What decides a version's predictions: its files, and the code that reads them."""

import hashlib
from pathlib import Path

import ner
from ner.versions.manifest import MANIFEST_FILE
from ner.versions.version import Version


def version_digest(version: Version) -> str:
    """SHA-256, in hex, of the manifest, which has the checksums of the version's files.

    Raises OSError when it cannot be read.
    """
    return hashlib.sha256((version.path / MANIFEST_FILE).read_bytes()).hexdigest()


def code_digest() -> str:
    """SHA-256, in hex, of the source of `ner`, which decides what versions predict."""
    digest = hashlib.sha256()
    folder = Path(ner.__file__).parent
    for path in sorted(folder.rglob("*.py")):
        digest.update(f"{path.relative_to(folder)}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
