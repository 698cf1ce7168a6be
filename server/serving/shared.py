"""What Redis keeps of a version's predictions, under everything that decides them."""

import hashlib

from ner.engines.gpu import has_gpu
from ner.engines.processor import processor_kind
from ner.versions.identity import version_digest
from ner.versions.manifest import ENGINE_LIBRARIES, LIBRARIES, library_versions
from ner.versions.version import Version
from worker.beforehand.known_predictions import KnownPredictions
from worker.redis_connection import OptionalRedis


def shared_predictions(
    redis: OptionalRedis, project: str, engine: str, code: str, version: Version
) -> KnownPredictions:
    """The predictions of a version with this engine and these libraries, on such a processor.

    `code` is the digest of the code that this process has loaded. Raises OSError when the manifest
    cannot be read.
    """
    parts = [version_digest(version), code, engine, processor_kind(), f"GPU {has_gpu()}"]
    installed = library_versions((*LIBRARIES, *ENGINE_LIBRARIES))
    parts += [f"{name} {number}" for name, number in installed.items()]
    identity = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return KnownPredictions(redis, project, f"{version.name}-{identity[:16]}")
