"""A version that was exported for OpenVINO, shared by the tests that only read it."""

import shutil
from pathlib import Path

import pytest

from ner.engines.loading import OPENVINO_FOLDER
from ner.engines.openvino_engine import MODEL_FILES
from ner.engines.quantization import quantize
from ner.training import exporting
from ner.training.exporting import export_version
from ner.versions.version import Version, open_version, seal
from tests.ner.conftest import Trained
from tests.support.models.easy_task import texts


@pytest.fixture(scope="session")
def exported(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Version:
    """The trained version with the models of all precisions, good enough or not."""
    folder = tmp_path_factory.mktemp("exported") / "version"
    shutil.copytree(trained.version.path, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exporting, "_remove_models", lambda *_: None)
        patch.setattr(exporting, "LEAST_SPANS", 0)
        version = export_version(
            open_version(folder),
            documents=trained.unseen,
            texts=texts(trained.documents),
            held_out=True,
        )
        if not (folder / OPENVINO_FOLDER / MODEL_FILES["int8_mixed"]).exists():
            quantize(folder, "int8_mixed", exporting._windows(version, texts(trained.documents)))
    return seal(folder, version.manifest)


@pytest.fixture
def copied(exported: Version, tmp_path: Path) -> Path:
    """A copy of the exported version's folder, to be damaged."""
    return Path(shutil.copytree(exported.path, tmp_path / "version"))
