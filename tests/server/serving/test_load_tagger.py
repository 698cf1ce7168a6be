"""In which precision a version is served: the fastest that is right on its samples."""

from pathlib import Path

import pytest

from ner.engines.loading import OPENVINO_FOLDER
from ner.engines.precisions import PRECISIONS, PrecisionCheck
from ner.engines.processor import processor_kind
from ner.errors import CorruptVersion
from ner.spans import Span
from ner.tagger import Tagger
from ner.versions.manifest import Sample
from ner.versions.version import seal
from server.serving.loading import load_tagger
from tests.support.models.model_folders import make_manifest, make_model_folder
from tests.support.training.fake_tagger import FakeTagger

SAMPLE = Sample("Oslo Ada", (Span(0, 4, "LOC"), Span(5, 8, "PER")))
RIGHT = {"Oslo": "LOC", "Ada": "PER"}
WRONG = {"Oslo": "LOC"}


def checks(processor: str, *passed: str) -> tuple[PrecisionCheck, ...]:
    """Checks of all precisions, of which int8 is the fastest and fp32 the slowest."""
    return tuple(
        PrecisionCheck(
            precision=precision,
            processor=processor,
            passed=precision in passed,
            identical=1.0,
            lost_f1=0.0,
            seconds=seconds,
        )
        for seconds, precision in enumerate(PRECISIONS)
    )


class Loads:
    """Stands in for `Tagger.load`: the tagger of each precision, None for one that is damaged."""

    def __init__(self) -> None:
        self.taggers: dict[str, FakeTagger | None] = {
            name: FakeTagger(RIGHT) for name in (*PRECISIONS, "torch")
        }
        self.loaded: list[str] = []

    def __call__(
        self, path: Path, *, precision: str | None = None, openvino: bool = True
    ) -> FakeTagger:
        name = (precision or "fp32") if openvino else "torch"
        self.loaded.append(name)
        tagger = self.taggers[name]
        if tagger is None:
            raise CorruptVersion(f"{path} is no usable model")
        return tagger


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> Loads:
    loads = Loads()
    monkeypatch.setattr(Tagger, "load", loads)
    return loads


def exported(
    folder: Path, made: tuple[PrecisionCheck, ...], samples: tuple[Sample, ...] = (SAMPLE,)
) -> Path:
    make_model_folder(folder)
    (folder / OPENVINO_FOLDER).mkdir()
    seal(folder, make_manifest(samples=samples, checks=made))
    return folder


def test_the_fastest_precision_that_passed_is_served(tmp_path: Path, loads: Loads) -> None:
    folder = exported(tmp_path / "v", checks(processor_kind(), "bf16", "fp32"))
    assert load_tagger(folder) is loads.taggers["bf16"]
    assert loads.loaded == ["bf16"]


def test_a_precision_that_is_wrong_on_this_processor_is_left_for_the_next(
    tmp_path: Path, loads: Loads, caplog: pytest.LogCaptureFixture
) -> None:
    folder = exported(tmp_path / "v", checks("another kind", "int8", "bf16", "fp32"))
    loads.taggers["int8"] = FakeTagger(WRONG)
    assert load_tagger(folder) is loads.taggers["bf16"]
    assert "precision=int8 agreement=0.67 on its own samples" in caplog.text


def test_a_precision_that_cannot_be_loaded_is_left_for_the_next(
    tmp_path: Path, loads: Loads, caplog: pytest.LogCaptureFixture
) -> None:
    folder = exported(tmp_path / "v", checks(processor_kind(), "int8", "bf16", "fp32"))
    loads.taggers["int8"] = None
    assert load_tagger(folder) is loads.taggers["bf16"]
    assert "precision=int8" in caplog.text


def test_torch_computes_where_no_precision_is_right(tmp_path: Path, loads: Loads) -> None:
    folder = exported(tmp_path / "v", checks(processor_kind(), *PRECISIONS))
    for precision in PRECISIONS:
        loads.taggers[precision] = FakeTagger(WRONG)
    assert load_tagger(folder) is loads.taggers["torch"]
    assert loads.loaded == [*PRECISIONS, "torch"]


def test_torch_computes_what_was_not_exported_or_where_it_is_asked_for(
    tmp_path: Path, loads: Loads
) -> None:
    seal(make_model_folder(tmp_path / "plain"), make_manifest(samples=(SAMPLE,)))
    assert load_tagger(tmp_path / "plain") is loads.taggers["torch"]
    folder = exported(tmp_path / "v", checks(processor_kind(), *PRECISIONS))
    assert load_tagger(folder, openvino=False) is loads.taggers["torch"]


@pytest.mark.parametrize(
    ("processor", "expected"), [(processor_kind(), "int8"), ("another kind", "fp32")]
)
def test_without_samples_a_precision_needs_a_check_on_this_kind_of_processor(
    tmp_path: Path, loads: Loads, processor: str, expected: str
) -> None:
    folder = exported(tmp_path / "v", checks(processor, *PRECISIONS), samples=())
    assert load_tagger(folder) is loads.taggers[expected]
