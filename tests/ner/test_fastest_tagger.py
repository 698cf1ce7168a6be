"""In which precision a version is loaded: the fastest that is right on its samples."""

from pathlib import Path

import pytest

from ner import fastest_tagger
from ner.engines import gpu
from ner.engines.loading import OPENVINO_FOLDER
from ner.engines.precisions import PRECISIONS, PrecisionCheck
from ner.engines.processor import processor_kind
from ner.errors import CorruptVersion
from ner.fastest_tagger import load_fastest
from ner.spans import Prediction, Span
from ner.tagger import Tagger
from ner.versions.manifest import Sample, library_versions
from ner.versions.version import seal
from tests.support.models.model_folders import make_manifest, make_model_folder
from tests.support.training.fake_tagger import FakeTagger

SAMPLE = Sample("Oslo Ada", (Span(0, 4, "LOC"), Span(5, 8, "PER")))
RIGHT = {"Oslo": "LOC", "Ada": "PER"}
WRONG = {"Oslo": "LOC"}


class FailingTagger(FakeTagger):
    """Raises an error at each prediction."""

    def __init__(self, error: Exception) -> None:
        super().__init__({})
        self._error = error

    def predict(self, *_: object, **__: object) -> list[Prediction]:
        raise self._error


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
    """Stands in for `Tagger.load`: the tagger of each kind, or the error that loading it raises."""

    def __init__(self) -> None:
        self.taggers: dict[str, FakeTagger | Exception] = {
            name: FakeTagger(RIGHT) for name in (*PRECISIONS, "torch")
        }
        self.loaded: list[str] = []

    def __call__(self, _: Path, *, kind: str = "torch") -> FakeTagger:
        self.loaded.append(kind)
        tagger = self.taggers[kind]
        if isinstance(tagger, Exception):
            raise tagger
        return tagger


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> Loads:
    loads = Loads()
    monkeypatch.setattr(Tagger, "load", loads)
    return loads


def exported(
    folder: Path,
    made: tuple[PrecisionCheck, ...],
    samples: tuple[Sample, ...] = (SAMPLE,),
    library: str | None = None,
) -> Path:
    """A version with these checks, made by this OpenVINO or by that of the version `library`."""
    make_model_folder(folder)
    (folder / OPENVINO_FOLDER).mkdir()
    libraries = library_versions(["openvino"]) if library is None else {"openvino": library}
    seal(folder, make_manifest(samples=samples, checks=made, libraries=libraries))
    return folder


def test_the_fastest_precision_that_passed_computes(tmp_path: Path, loads: Loads) -> None:
    folder = exported(tmp_path / "v", checks(processor_kind(), "bf16", "fp32"))
    assert load_fastest(folder) is loads.taggers["bf16"]
    assert loads.loaded == ["bf16"]


@pytest.mark.parametrize(
    "wrong",
    [
        FakeTagger(WRONG),
        CorruptVersion("v is no usable model"),
        RuntimeError("the infer request failed"),
        FailingTagger(FloatingPointError("no numbers")),
    ],
)
def test_a_precision_that_is_wrong_or_cannot_compute_is_left_for_the_next(
    tmp_path: Path, loads: Loads, caplog: pytest.LogCaptureFixture, wrong: FakeTagger | Exception
) -> None:
    folder = exported(tmp_path / "v", checks(processor_kind(), "int8", "bf16", "fp32"))
    loads.taggers["int8"] = wrong
    assert load_fastest(folder) is loads.taggers["bf16"]
    assert "precision=int8" in caplog.text


def test_torch_computes_where_no_precision_is_right(tmp_path: Path, loads: Loads) -> None:
    folder = exported(tmp_path / "v", checks(processor_kind(), *PRECISIONS))
    for precision in PRECISIONS:
        loads.taggers[precision] = FakeTagger(WRONG)
    assert load_fastest(folder) is loads.taggers["torch"]
    assert loads.loaded == [*PRECISIONS, "torch"]


def test_torch_computes_what_was_not_exported_or_where_it_is_asked_for(
    tmp_path: Path, loads: Loads
) -> None:
    seal(make_model_folder(tmp_path / "plain"), make_manifest(samples=(SAMPLE,)))
    assert load_fastest(tmp_path / "plain") is loads.taggers["torch"]
    folder = exported(tmp_path / "v", checks(processor_kind(), *PRECISIONS))
    assert load_fastest(folder, openvino=False) is loads.taggers["torch"]


def test_torch_computes_on_a_gpu(
    tmp_path: Path, loads: Loads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu, "NVIDIA_DRIVER", tmp_path)
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    folder = exported(tmp_path / "v", checks(processor_kind(), *PRECISIONS))
    assert load_fastest(folder) is loads.taggers["torch"]


def test_a_driver_alone_is_no_gpu(
    tmp_path: Path, loads: Loads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu, "NVIDIA_DRIVER", tmp_path)
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    folder = exported(tmp_path / "v", checks(processor_kind(), *PRECISIONS))
    assert load_fastest(folder) is loads.taggers["int8"]


@pytest.mark.parametrize(
    ("processor", "library"), [("another kind", None), (processor_kind(), "1.0")]
)
def test_another_processor_or_openvino_is_timed(
    tmp_path: Path,
    loads: Loads,
    monkeypatch: pytest.MonkeyPatch,
    processor: str,
    library: str | None,
) -> None:
    folder = exported(tmp_path / "v", checks(processor, *PRECISIONS), library=library)
    loads.taggers["int8"] = FakeTagger(WRONG)
    seconds = {"int8": 1.0, "int8_mixed": 3.0, "bf16": 4.0, "fp32": 2.0}
    times = {id(loads.taggers[name]): each for name, each in seconds.items()}
    monkeypatch.setattr(fastest_tagger, "_seconds", lambda tagger, _: times[id(tagger)])
    assert load_fastest(folder) is loads.taggers["fp32"]
    assert loads.loaded == [*PRECISIONS]


def test_a_precision_that_did_not_pass_where_it_was_made_is_not_tried_elsewhere(
    tmp_path: Path, loads: Loads
) -> None:
    folder = exported(tmp_path / "v", checks("another kind", "bf16", "fp32"))
    load_fastest(folder)
    assert loads.loaded == ["bf16", "fp32"]


@pytest.mark.parametrize(
    ("processor", "expected"), [(processor_kind(), "int8"), ("another kind", "fp32")]
)
def test_without_samples_a_precision_needs_a_check_on_this_kind_of_processor(
    tmp_path: Path, loads: Loads, processor: str, expected: str
) -> None:
    folder = exported(tmp_path / "v", checks(processor, *PRECISIONS), samples=())
    assert load_fastest(folder) is loads.taggers[expected]


def test_torch_is_used_without_a_word_where_it_agrees_with_the_samples(
    tmp_path: Path, loads: Loads, caplog: pytest.LogCaptureFixture
) -> None:
    seal(make_model_folder(tmp_path / "v"), make_manifest(samples=(SAMPLE,)))
    assert load_fastest(tmp_path / "v", checked=True) is loads.taggers["torch"]
    assert "agreement" not in caplog.text


def test_two_thirds_of_the_spans_are_enough_for_torch_with_a_warning(
    tmp_path: Path, loads: Loads, caplog: pytest.LogCaptureFixture
) -> None:
    seal(make_model_folder(tmp_path / "v"), make_manifest(samples=(SAMPLE,)))
    loads.taggers["torch"] = FakeTagger(WRONG)
    load_fastest(tmp_path / "v", checked=True)
    assert "agreement=0.67 on its own samples" in caplog.text


def test_less_than_two_thirds_of_the_spans_are_refused(tmp_path: Path, loads: Loads) -> None:
    seal(make_model_folder(tmp_path / "v"), make_manifest(samples=(SAMPLE,)))
    loads.taggers["torch"] = FakeTagger({"Oslo": "LOC", "Ada": "LOC"})
    # A training compares with such a champion, and replaces it.
    assert load_fastest(tmp_path / "v") is loads.taggers["torch"]
    with pytest.raises(CorruptVersion, match="only 50% of the spans of its own samples"):
        load_fastest(tmp_path / "v", checked=True)
