"""Processes that change a registry at the same time each find it whole."""

import multiprocessing
from pathlib import Path

import pytest

from ner.errors import ChampionChanged
from ner.versions.registry import Registry
from tests.support.models.model_folders import make_manifest, make_model_folder


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return make_model_folder(tmp_path / "source")


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "models", "papers")


def _add_many(root: Path, source: Path, run_ids: list[str]) -> None:
    for run_id in run_ids:
        Registry(root, "papers").add(source, make_manifest(run_id=run_id))


def test_concurrent_adders_get_one_version_for_each_run(registry: Registry, source: Path) -> None:
    run_ids = [f"run-{number}" for number in range(6)]
    context = multiprocessing.get_context("fork")
    adders = [
        context.Process(target=_add_many, args=(registry.folder.parent, source, order))
        for order in (run_ids, run_ids[::-1], run_ids[3:] + run_ids[:3])
    ]
    for adder in adders:
        adder.start()
    for adder in adders:
        adder.join()

    assert [adder.exitcode for adder in adders] == [0, 0, 0]
    assert sorted(version.manifest.run_id for version in registry.versions()) == run_ids
    assert registry.names() == tuple(f"v{number:04d}" for number in range(1, 7))
    for name in registry.names():
        registry.verify(name)


def _promote_one(root: Path, version: str) -> None:
    try:
        Registry(root, "papers").promote(version, expected="v0001", reason="race")
    except ChampionChanged:
        raise SystemExit(3) from None


def test_one_of_several_concurrent_promotions_wins(registry: Registry, source: Path) -> None:
    for _ in range(5):
        registry.add(source, make_manifest())
    registry.promote("v0001", expected=None, reason="first")
    context = multiprocessing.get_context("fork")
    racers = [
        context.Process(target=_promote_one, args=(registry.folder.parent, name))
        for name in registry.names()[1:]
    ]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()

    assert sorted(racer.exitcode or 0 for racer in racers) == [0, 3, 3, 3]
    assert len(registry.history()) == 2
