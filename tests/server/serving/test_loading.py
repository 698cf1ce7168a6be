"""Loading a promoted version, beside the answers of the one before."""

import os
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from ner.errors import CorruptVersion
from ner.spans import Prediction
from ner.versions.manifest import Sample
from ner.versions.registry import Promotion, Registry
from server.serving.loading import Champion, load_champion
from server.serving.low_priority import NICENESS
from tests.support.models.model_folders import make_manifest, make_model_folder
from tests.support.training.fake_tagger import FakeTagger


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


class PriorityTagger(FakeTagger):
    """Notes with which niceness it predicts."""

    def __init__(self) -> None:
        super().__init__({})
        self.niceness: list[int] = []

    def predict(
        self, texts: Sequence[str], *, between: Callable[[], None] | None = None
    ) -> list[Prediction]:
        self.niceness.append(niceness())
        return super().predict(texts, between=between)


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def test_a_version_is_loaded_and_warmed_up(registry: Registry, tmp_path: Path) -> None:
    promotion = promote(registry, tmp_path / "model", [])
    tagger = FakeTagger({})
    champion = load(registry, promotion, tagger)
    assert (champion.name, champion.promotion) == ("v0001", promotion)
    assert len(tagger.batches) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priority there")
@pytest.mark.parametrize(
    ("beside_answers", "started"), [(True, True), (True, False), (False, True)]
)
def test_answers_go_before_the_loading_of_the_next_version(
    registry: Registry,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    beside_answers: bool,
    started: bool,
) -> None:
    promotion = promote(registry, tmp_path / "model", [])
    monkeypatch.setitem(sys.modules, "openvino", None)
    if not started:
        monkeypatch.delitem(sys.modules, "openvino")
    tagger, while_loading = PriorityTagger(), []

    def noted(_: Path) -> FakeTagger:
        while_loading.append(niceness())
        return tagger

    load_champion(
        registry, promotion, noted, on_lookup=lambda _: None, beside_answers=beside_answers
    ).predictor.close()
    usual = niceness()
    assert while_loading == [NICENESS if beside_answers and started else usual]
    # Nobody waits less because the model was loaded so.
    assert tagger.niceness == [usual]


def test_damaged_files_are_refused_before_they_are_loaded(
    registry: Registry, tmp_path: Path
) -> None:
    promotion = promote(registry, tmp_path / "model", [])
    (registry.get(promotion.version).path / "model.safetensors").write_bytes(b"other")
    tagger = FakeTagger({})
    with pytest.raises(CorruptVersion, match=r"model\.safetensors"):
        load(registry, promotion, tagger)
    assert tagger.batches == []
