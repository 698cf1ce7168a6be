"""Exporting a trained version, and what is left of an export that fails."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from ner.engines.loading import OPENVINO_FOLDER
from ner.engines.openvino_engine import MODEL_FILES
from ner.engines.precisions import PRECISIONS, Precision, PrecisionCheck
from ner.engines.processor import processor_kind
from ner.training import exporting
from ner.training.exporting import export_version
from ner.versions.model_card import render
from ner.versions.version import Version, open_version
from tests.ner.conftest import Trained
from tests.support.models.easy_task import texts


@pytest.fixture
def version(trained: Trained, tmp_path: Path) -> Version:
    return open_version(Path(shutil.copytree(trained.version.path, tmp_path / "v")))


def exported(trained: Trained, version: Version) -> Version:
    return export_version(version, documents=trained.unseen, texts=texts(trained.documents))


def write_nothing(folder: Path, precision: Precision) -> None:
    """Stands in for an export; the precisions then need a stand-in too."""
    file = folder / OPENVINO_FOLDER / MODEL_FILES[precision]
    file.write_bytes(b"")
    file.with_suffix(".bin").write_bytes(b"")


def check_of(precision: str, *, passed: bool) -> PrecisionCheck:
    return PrecisionCheck(
        precision=precision,  # type: ignore[arg-type]
        processor="amx",
        passed=passed,
        identical=1.0,
        lost_f1=0.0,
        seconds=1.0,
    )


def fake(monkeypatch: pytest.MonkeyPatch, *passed: str) -> None:
    monkeypatch.setattr(exporting, "export", lambda _, folder: write_nothing(folder, "fp32"))
    monkeypatch.setattr(exporting, "quantize", lambda folder, kind, _: write_nothing(folder, kind))
    monkeypatch.setattr(
        exporting,
        "_check",
        lambda _version, precision, *_: check_of(precision, passed=precision in passed),
    )


def test_each_precision_is_checked_and_the_checks_are_kept(
    trained: Trained, version: Version
) -> None:
    result = exported(trained, version)
    made = result.manifest.checks
    assert [check.precision for check in made][:3] == ["fp32", "bf16", "int8"]
    assert {check.processor for check in made} == {processor_kind()}
    (float32,) = (check for check in made if check.precision == "fp32")
    assert float32.passed
    assert open_version(version.path) == result
    assert "openvino/float.bin" in result.manifest.files
    assert result.manifest.samples == version.manifest.samples
    assert "## Precisions" in render(result.manifest)


def test_a_version_that_was_exported_is_left_as_it_is(
    trained: Trained, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(monkeypatch, *PRECISIONS)
    result = exported(trained, version)
    monkeypatch.setattr(exporting, "export", lambda *_: pytest.fail("exported again"))
    assert exported(trained, result) == result


def test_an_export_that_was_interrupted_is_made_anew(
    trained: Trained, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    (version.path / OPENVINO_FOLDER).mkdir()
    (version.path / OPENVINO_FOLDER / "half.bin").write_bytes(b"half")
    fake(monkeypatch, *PRECISIONS)
    result = exported(trained, version)
    assert "openvino/half.bin" not in result.manifest.files


@pytest.mark.parametrize(
    ("passed", "kept"),
    [
        (("int8", "bf16", "fp32"), {"int8.xml", "int8.bin", "float.xml", "float.bin"}),
        (("int8_mixed", "fp32"), {"int8_mixed.xml", "int8_mixed.bin", "float.xml", "float.bin"}),
        (("bf16", "fp32"), {"float.xml", "float.bin"}),
        (("int8",), {"int8.xml", "int8.bin"}),
        ((), set()),
    ],
)
def test_only_the_files_of_precisions_that_passed_are_kept(
    trained: Trained,
    version: Version,
    monkeypatch: pytest.MonkeyPatch,
    passed: Sequence[str],
    kept: set[str],
) -> None:
    fake(monkeypatch, *passed)
    result = exported(trained, version)
    files = {name for name in result.manifest.files if name.startswith(f"{OPENVINO_FOLDER}/")}
    assert files == {f"{OPENVINO_FOLDER}/{name}" for name in kept}
    assert (version.path / OPENVINO_FOLDER).exists() == bool(kept)
    # The layers that int8 does not suit are left out only where it did not pass.
    made = {check.precision for check in result.manifest.checks}
    assert made == {"fp32", "bf16", "int8"} | ({"int8_mixed"} if "int8" not in passed else set())


def test_a_model_that_openvino_cannot_run_is_left_to_torch(
    trained: Trained,
    version: Version,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no conversion rule for aten::strange")

    monkeypatch.setattr(exporting, "export", fail)
    result = exported(trained, version)
    assert result.manifest.checks == ()
    assert "aten::strange" in caplog.text
    assert not (version.path / OPENVINO_FOLDER).exists()


def test_what_was_exported_before_an_error_is_kept(
    trained: Trained,
    version: Version,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("nothing to quantize")

    fake(monkeypatch, *PRECISIONS)
    monkeypatch.setattr(exporting, "quantize", fail)
    result = exported(trained, version)
    assert [check.precision for check in result.manifest.checks] == ["fp32", "bf16"]
    assert "nothing to quantize" in caplog.text
    assert {each.name for each in (version.path / OPENVINO_FOLDER).iterdir()} == {
        "float.xml",
        "float.bin",
    }


def test_a_full_disk_is_an_error_so_that_the_training_is_resumed(
    trained: Trained, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exporting, "export", fail)
    with pytest.raises(OSError, match="No space left"):
        exported(trained, version)
