"""Fixtures of the flows."""

from pathlib import Path

import pytest

from tests.support.models.tiny_model import build_tiny_base_model
from tests.support.models.two_kinds import samples


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A local base model that learns in seconds and knows the words of both kinds of documents."""
    texts = [s.text for kind in ("university", "institute") for s in samples(kind, 40, held_out=8)]
    return build_tiny_base_model(tmp_path_factory.mktemp("base"), texts)
