"""Fixtures for tests of collecting from a real Doccano."""

from pathlib import Path

import pytest

from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.collecting import Collecting
from tests.support.doccano.doccano_projects import TestProject


@pytest.fixture
def project(doccano: LocalDoccano) -> TestProject:
    """A new collaborative project."""
    return TestProject(doccano)


@pytest.fixture
def collecting(tmp_path: Path, project: TestProject) -> Collecting:
    """That project with an empty store."""
    return Collecting(tmp_path, project)
