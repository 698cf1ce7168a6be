from pathlib import Path

import pytest

from ner.crossval.fold_readings import FoldFile, FoldReadings, Reading
from ner.crossval.span_probability import JudgedSpan
from ner.spans import Span

READINGS = FoldReadings(
    readings=(
        Reading((JudgedSpan(Span(0, 4, "ORG"), 0.75, 0.125),), ()),
        Reading((), (JudgedSpan(Span(3, 9, "PERSÖN"), 1e-9, 0.5),)),
    ),
    seconds=12.5,
)


def test_saved_readings_are_loaded_under_the_same_key(tmp_path: Path) -> None:
    path = tmp_path / "model" / "fold-1.json"
    FoldFile(path, {"fingerprint": "f", "labels": ["A"]}).save(READINGS)
    assert FoldFile(path, {"labels": ["A"], "fingerprint": "f"}).load() == READINGS


def test_readings_under_another_key_are_not_loaded(tmp_path: Path) -> None:
    FoldFile(tmp_path / "fold-1.json", {"fingerprint": "f"}).save(READINGS)
    assert FoldFile(tmp_path / "fold-1.json", {"fingerprint": "g"}).load() is None


@pytest.mark.parametrize("content", [b"", b'{"key": {}, "fold": {}}', b"\xff\x00"])
def test_a_missing_or_broken_file_has_no_readings(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "fold-1.json").write_bytes(content)
    assert FoldFile(tmp_path / "fold-1.json", {}).load() is None
    assert FoldFile(tmp_path / "fold-2.json", {}).load() is None
