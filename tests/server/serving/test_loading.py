"""Loading a promoted version, and its check on its own samples."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from ner.errors import CorruptVersion
from ner.spans import Span
from ner.versions.manifest import Sample
from ner.versions.registry import Promotion, Registry
from server.serving.loading import Champion, agreement, load_champion
from tests.support.models.model_folders import make_manifest, make_model_folder
from tests.support.training.fake_tagger import FakeTagger

BOTH = Sample("Oslo Ada", (Span(0, 4, "LOC"), Span(5, 8, "PER")))


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "models", "papers")


def promote(registry: Registry, folder: Path, samples: Sequence[Sample]) -> Promotion:
    name = registry.add(make_model_folder(folder), make_manifest(samples=tuple(samples))).name
    registry.promote(name, expected=None, reason="first")
    promotion = registry.current()
    assert promotion is not None
    return promotion


def load(registry: Registry, promotion: Promotion, tagger: FakeTagger) -> Champion:
    champion = load_champion(registry, promotion, lambda _: tagger, on_lookup=lambda _: None)
    champion.predictor.close()
    return champion


def test_a_version_that_agrees_with_its_samples_is_loaded(
    registry: Registry, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    promotion = promote(registry, tmp_path / "model", [BOTH])
    champion = load(registry, promotion, FakeTagger({"Oslo": "LOC", "Ada": "PER"}))
    assert (champion.name, champion.promotion) == ("v0001", promotion)
    assert "agreement" not in caplog.text


def test_two_thirds_of_the_spans_are_enough_with_a_warning(
    registry: Registry, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    promotion = promote(registry, tmp_path / "model", [BOTH])
    load(registry, promotion, FakeTagger({"Oslo": "LOC"}))
    assert "version=v0001 agreement=0.67 on its own samples" in caplog.text


def test_less_than_two_thirds_of_the_spans_are_refused(registry: Registry, tmp_path: Path) -> None:
    promotion = promote(registry, tmp_path / "model", [BOTH])
    with pytest.raises(CorruptVersion, match="only 50% of the spans of its own samples"):
        load(registry, promotion, FakeTagger({"Oslo": "LOC", "Ada": "LOC"}))


def test_damaged_files_are_refused_before_they_are_loaded(
    registry: Registry, tmp_path: Path
) -> None:
    promotion = promote(registry, tmp_path / "model", [])
    (registry.get(promotion.version).path / "model.safetensors").write_bytes(b"other")
    tagger = FakeTagger({})
    with pytest.raises(CorruptVersion, match=r"model\.safetensors"):
        load(registry, promotion, tagger)
    assert tagger.batches == []


def test_agreement_is_the_share_of_spans_that_both_sides_have() -> None:
    samples = [BOTH, Sample("x")]
    same = FakeTagger({"Oslo": "LOC", "Ada": "PER"}).predict(["Oslo Ada", "x"])
    half = FakeTagger({"Oslo": "LOC"}).predict(["Oslo Ada", "x"])
    other = FakeTagger({"Oslo": "PER"}).predict(["Oslo Ada", "x"])
    assert [agreement(samples, predicted) for predicted in (same, half, other)] == [
        1.0,
        2 / 3,
        0.0,
    ]
    assert agreement([Sample("x")], FakeTagger({}).predict(["x"])) == 1.0
