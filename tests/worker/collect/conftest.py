"""Fixtures for tests of collecting from a real Doccano."""

from pathlib import Path

import pytest

from server.demo.local_doccano import LocalDoccano
from tests.support.collecting import Collecting
from tests.support.doccano_projects import TestProject


@pytest.fixture
def project(doccano: LocalDoccano) -> TestProject:
    """A new collaborative project."""
    return TestProject(doccano)


@pytest.fixture
def collecting(tmp_path: Path, project: TestProject) -> Collecting:
    """That project with an empty store."""
    return Collecting(tmp_path, project)
