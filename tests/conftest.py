"""Fixtures that every folder of tests shares."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from server.demo.local_doccano import LocalDoccano, default_environment, ensure_doccano_environment

# A busy machine is slow, which is no reason to fail.
settings.register_profile("nerloop", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("nerloop")


@pytest.fixture(scope="session")
def doccano(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalDoccano]:
    """One real Doccano for the whole run; each test makes a project of its own in it."""
    environment = ensure_doccano_environment(default_environment())
    with LocalDoccano(tmp_path_factory.mktemp("doccano"), environment) as running:
        yield running
