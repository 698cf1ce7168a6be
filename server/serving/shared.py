"""What Redis keeps of a version's predictions, under everything that decides them."""

import hashlib

from ner.engines.processor import processor_kind
from ner.versions.identity import code_digest, version_digest
from ner.versions.manifest import ENGINE_LIBRARIES, library_versions
from ner.versions.version import Version
from worker.beforehand.known_predictions import KnownPredictions
from worker.redis_connection import OptionalRedis


def shared_predictions(
    redis: OptionalRedis, project: str, engine: str, version: Version
) -> KnownPredictions:
    """The predictions of a version by this code, with this engine, on such a processor.

    Raises OSError when the manifest cannot be read.
    """
    parts = [version_digest(version), code_digest(), engine, processor_kind()]
    parts += [f"{name} {number}" for name, number in library_versions(ENGINE_LIBRARIES).items()]
    identity = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return KnownPredictions(redis, project, f"{version.name}-{identity[:16]}")
