"""Exporting a trained version, and what is left of an export that fails."""

import dataclasses
import shutil
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from ner.engines.loading import OPENVINO_FOLDER
from ner.engines.openvino_engine import MODEL_FILES
from ner.engines.precisions import PRECISIONS, Precision, PrecisionCheck
from ner.engines.processor import processor_kind
from ner.spans import Span
from ner.training import exporting
from ner.training.exporting import export_version
from ner.versions.manifest import Sample
from ner.versions.model_card import render
from ner.versions.version import Version, open_version, seal
from tests.ner.conftest import Trained
from tests.support.models.easy_task import texts


@pytest.fixture
def version(trained: Trained, tmp_path: Path) -> Version:
    return open_version(Path(shutil.copytree(trained.version.path, tmp_path / "v")))


def exported(trained: Trained, version: Version) -> Version:
    return export_version(
        version, documents=trained.unseen, texts=texts(trained.documents), held_out=True
    )


def write_nothing(folder: Path, precision: Precision) -> None:
    """Stands in for an export; the comparisons then need a stand-in too."""
    file = folder / OPENVINO_FOLDER / MODEL_FILES[precision]
    file.write_bytes(b"")
    file.with_suffix(".bin").write_bytes(b"")


def check_of(precision: str, *, passed: bool) -> PrecisionCheck:
    return PrecisionCheck(
        precision=precision,  # type: ignore[arg-type]
        processor="amx",
        passed=passed,
        identical=1.0,
    )


def fake(monkeypatch: pytest.MonkeyPatch, *passed: str) -> None:
    """Writes empty models, of which these precisions pass, on a processor with bfloat16."""
    monkeypatch.setattr(exporting, "export", lambda _, folder, **__: write_nothing(folder, "fp32"))
    monkeypatch.setattr(exporting, "quantize", lambda folder, kind, _: write_nothing(folder, kind))
    monkeypatch.setattr(exporting, "multiplies_bfloat16", lambda: True)
    monkeypatch.setattr(exporting, "LEAST_SPANS", 0)
    monkeypatch.setattr(
        exporting._Checks,
        "_compare",
        lambda _, precision: check_of(precision, passed=precision in passed),
    )


def test_each_precision_is_checked_and_the_checks_are_kept(
    trained: Trained, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "LEAST_SPANS", 0)
    monkeypatch.setattr(exporting, "multiplies_bfloat16", lambda: True)
    result = exported(trained, version)
    made = result.manifest.checks
    assert [check.precision for check in made][:3] == ["fp32", "bf16", "int8"]
    assert {check.processor for check in made} == {processor_kind()}
    (float32,) = (check for check in made if check.precision == "fp32")
    assert float32.passed
    assert (float32.documents, float32.held_out) == (len(trained.unseen), True)
    assert float32.spans > 0
    assert {"openvino", "nncf"} <= result.manifest.libraries.keys()
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
        # What float32 has wrong was exported wrongly.
        (("int8", "bf16"), set()),
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
    expected = {"fp32", "bf16", "int8"} | ({"int8_mixed"} if "int8" not in passed else set())
    assert made == (expected if "fp32" in passed else {"fp32"})


def test_a_model_that_openvino_cannot_run_is_left_to_torch(
    trained: Trained,
    version: Version,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no conversion rule for aten::strange\nand more")

    monkeypatch.setattr(exporting, "export", fail)
    result = exported(trained, version)
    (check,) = result.manifest.checks
    assert (check.precision, check.passed) == ("fp32", False)
    assert check.problem == "no conversion rule for aten::strange"
    assert "aten::strange" in caplog.text
    assert "no conversion rule" in render(result.manifest)
    assert not (version.path / OPENVINO_FOLDER).exists()
    # It is not tried again when the run is resumed.
    monkeypatch.setattr(exporting, "export", lambda *_, **__: pytest.fail("exported again"))
    assert exported(trained, result) == result


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
    checks = result.manifest.checks
    assert [check.precision for check in checks] == ["fp32", "bf16", "int8", "int8_mixed"]
    assert [check.problem for check in checks] == ["", "", *["nothing to quantize"] * 2]
    assert "nothing to quantize" in caplog.text
    assert {each.name for each in (version.path / OPENVINO_FOLDER).iterdir()} == {
        "float.xml",
        "float.bin",
    }


def test_a_full_disk_is_an_error_so_that_the_training_is_resumed(
    trained: Trained, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exporting, "export", fail)
    with pytest.raises(OSError, match="No space left"):
        exported(trained, version)
    assert open_version(version.path).manifest.checks == ()


@pytest.mark.parametrize("later", [False, True])
def test_openvino_is_not_asked_what_a_full_disk_looks_like(
    trained: Trained, version: Version, monkeypatch: pytest.MonkeyPatch, later: bool
) -> None:
    def fail(*_: object, **__: object) -> None:
        if not later:
            pytest.fail("exported although the disk is full")
        fill_disk()
        raise RuntimeError("cannot write")

    def fill_disk() -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=9_000_000))

    monkeypatch.setattr(exporting, "export", fail)
    if not later:
        fill_disk()
    with pytest.raises(OSError, match=r"models for OpenVINO need \d+ MB, and 9 MB are free"):
        exported(trained, version)


def test_int8_needs_enough_spans_to_be_compared(trained: Trained, version: Version) -> None:
    result = export_version(
        version, documents=trained.unseen[:1], texts=texts(trained.documents), held_out=True
    )
    assert {check.precision for check in result.manifest.checks} <= {"fp32", "bf16"}


def test_a_precision_that_is_wrong_on_the_samples_does_not_pass(
    trained: Trained, version: Version
) -> None:
    wrong = [Sample(document.text, (Span(0, 1, "ORG"),)) for document in trained.unseen[:6]]
    version = seal(version.path, dataclasses.replace(version.manifest, samples=tuple(wrong)))
    result = exported(trained, version)
    assert [check.passed for check in result.manifest.checks] == [False]
