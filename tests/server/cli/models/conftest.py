"""A model folder and an empty registry, and the base model of the tagger's commands."""

from pathlib import Path

import pytest

from ner.versions.registry import Registry
from ner.versions.version import seal
from tests.server.cli.tagger.conftest import folder, one_thread  # noqa: F401
from tests.support.models.model_folders import make_manifest, make_model_folder


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A complete model folder, with scores."""
    made = make_model_folder(tmp_path / "model")
    scores = {"strict": {"micro": {"f1": 0.8125}}, "documents": 3}
    seal(made, make_manifest(documents=40, scores=scores))
    return made


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """An empty registry of the project papers."""
    return Registry(tmp_path / "models", "papers")
