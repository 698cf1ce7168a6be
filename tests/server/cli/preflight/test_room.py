"""Estimates of disk and memory, and what is said about them."""

from dataclasses import replace
from pathlib import Path

import pytest

from ner.models.base_model_facts import BaseModelFacts, BaseModelOrigin
from server.cli.preflight.room import Room, free_memory, judge_room, measure_room
from worker.connecting.connection import FindingLevel
from worker.project_settings import ProjectSettings
from worker.settings import Settings

ENOUGH = Room(
    sizes_known=True,
    disk_least=700,
    disk_wanted=1_700,
    disk_free=2_000,
    memory_wanted=1_500,
    memory_free=2_000,
)


def facts(weights_bytes: int | None) -> dict[str, BaseModelFacts]:
    return {"x": BaseModelFacts("x", "bert", BaseModelOrigin.FOLDER, "x", weights_bytes)}


def settings(folder: Path, **project: int) -> Settings:
    papers = ProjectSettings(doccano_project=1, base_model="x", **project)
    return Settings(data_dir=folder, projects={"papers": papers})


def test_more_weights_and_more_versions_need_more_room(tmp_path: Path) -> None:
    def measured(weights: int, keep_versions: int) -> Room:
        kept = settings(tmp_path, keep_versions=keep_versions)
        return measure_room(kept, ["papers"], facts(weights))

    small = measured(100_000_000, 2)
    assert small.disk_least < small.disk_wanted < measured(100_000_000, 5).disk_wanted
    assert small.memory_wanted < measured(400_000_000, 2).memory_wanted
    assert small.disk_free > 0


def test_versions_that_exist_need_no_room_again(tmp_path: Path) -> None:
    before = measure_room(settings(tmp_path), ["papers"], facts(1_000))
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "weights").write_bytes(bytes(5_000))
    after = measure_room(settings(tmp_path), ["papers"], facts(1_000))
    assert after.disk_wanted == before.disk_wanted - 5_000


def test_a_model_of_unknown_size_and_a_missing_folder_are_no_error(tmp_path: Path) -> None:
    room = measure_room(settings(tmp_path / "not" / "yet"), ["papers"], facts(None))
    assert room.disk_wanted == 0
    assert not room.sizes_known
    assert not measure_room(settings(tmp_path), ["papers"], {}).sizes_known
    assert measure_room(settings(tmp_path), ["papers"], facts(1)).sizes_known


def test_nothing_is_said_to_be_enough_for_a_model_of_unknown_size() -> None:
    assert judge_room(replace(ENOUGH, sizes_known=False), Path("data"), {}) == []


@pytest.mark.parametrize(
    ("room", "level", "words"),
    [
        (ENOUGH, FindingLevel.FINE, "disk: 2.0 kB free"),
        (replace(ENOUGH, disk_free=600), FindingLevel.PROBLEM, "a training needs about 700 Bytes"),
        (replace(ENOUGH, disk_free=900), FindingLevel.WARNING, "lower keep_versions"),
        (replace(ENOUGH, memory_free=900), FindingLevel.WARNING, "900 Bytes of memory are free"),
    ],
)
def test_what_is_short_is_said(room: Room, level: FindingLevel, words: str) -> None:
    (finding,) = judge_room(room, Path("data"), {})
    assert finding.level is level
    assert words in finding.text


def test_a_full_disk_keeps_no_champion_from_answering() -> None:
    room = replace(ENOUGH, disk_free=600)
    (finding,) = judge_room(room, Path("data"), {"a": "v0003", "b": "v0001"})
    assert finding.level is FindingLevel.WARNING
    assert finding.text.endswith(
        "; the champions v0003 of a, v0001 of b answer, the next training will fail"
    )


def test_there_is_memory_for_this_test() -> None:
    assert free_memory() > 10_000_000
