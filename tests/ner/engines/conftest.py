"""A version that was exported for OpenVINO, shared by the tests that only read it."""

import shutil
from pathlib import Path

import pytest

from ner.training.exporting import export_version
from ner.versions.version import Version, open_version
from tests.ner.conftest import Trained
from tests.support.models.easy_task import texts


@pytest.fixture(scope="session")
def exported(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Version:
    """The trained version with the models of all precisions."""
    folder = tmp_path_factory.mktemp("exported") / "version"
    shutil.copytree(trained.version.path, folder)
    return export_version(
        open_version(folder), documents=trained.unseen, texts=texts(trained.documents)
    )


@pytest.fixture
def copied(exported: Version, tmp_path: Path) -> Path:
    """A copy of the exported version's folder, to be damaged."""
    return Path(shutil.copytree(exported.path, tmp_path / "version"))
