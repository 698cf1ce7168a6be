import errno
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ner.errors import (
    ChampionChanged,
    CorruptVersion,
    RegistryError,
    RegistryUnwritable,
    VersionNotFound,
)
from ner.files import TEMPORARY
from ner.versions.manifest import Sample
from ner.versions.registry import Registry, open_version
from ner.versions.version import seal
from tests.support.models.model_folders import make_manifest, make_model_folder

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return make_model_folder(tmp_path / "source")


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "models", "papers", clock=lambda: NOON)


def add(registry: Registry, source: Path, count: int) -> None:
    for _ in range(count):
        registry.add(source, make_manifest())


def test_an_unused_registry_is_empty_and_makes_no_folder(registry: Registry) -> None:
    assert registry.versions() == ()
    assert registry.champion() is None
    assert registry.history() == ()
    assert registry.prune() == ()


def test_reading_makes_no_folder(registry: Registry) -> None:
    registry.versions()
    registry.champion()

    assert not registry.folder.exists()


def test_versions_are_numbered_in_order(registry: Registry, source: Path) -> None:
    add(registry, source, 3)

    assert registry.names() == ("v0001", "v0002", "v0003")
    assert [version.name for version in registry.versions()] == ["v0001", "v0002", "v0003"]


def test_a_version_carries_every_file_a_card_and_its_number(
    registry: Registry, source: Path
) -> None:
    version = registry.add(source, make_manifest())

    assert version == open_version(registry.folder / "versions" / "v0001")
    assert version.manifest.version == "v0001"
    assert sorted(version.manifest.files) == [
        "README.md",
        "config.json",
        "extra/notes.txt",
        "model.safetensors",
        "tokenizer.json",
    ]
    assert (version.path / "README.md").read_text().count("# v0001") == 1


def test_the_source_stays_as_it_was(registry: Registry, source: Path) -> None:
    version = seal(source, make_manifest())
    registry.add(source, version.manifest)

    assert open_version(source) == version


def test_adding_the_same_run_again_changes_nothing(registry: Registry, source: Path) -> None:
    first = registry.add(source, make_manifest(run_id="run-1"))
    again = registry.add(source, make_manifest(run_id="run-1", base_model="other"))

    assert again == first
    assert registry.names() == ("v0001",)


def test_a_source_that_does_not_match_its_checksums_is_refused(
    registry: Registry, source: Path
) -> None:
    manifest = seal(source, make_manifest()).manifest
    (source / "model.safetensors").write_bytes(b"weigh")

    with pytest.raises(CorruptVersion, match="does not match the checksums"):
        registry.add(source, manifest)
    assert registry.names() == ()


@pytest.mark.parametrize("missing", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_folder_without_a_model_is_refused(
    registry: Registry, source: Path, missing: str
) -> None:
    (source / missing).unlink()

    with pytest.raises(RegistryError, match="is not a model folder, it lacks"):
        registry.add(source, make_manifest())


def test_a_disk_that_cannot_be_written_is_named(tmp_path: Path, source: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(RegistryError, match=r"cannot change .*file"):
        Registry(tmp_path / "file", "papers").add(source, make_manifest())


@pytest.mark.parametrize("project", ["", "..", "a/b", "Papers", "-x"])
def test_a_project_name_that_no_folder_can_have_is_refused(tmp_path: Path, project: str) -> None:
    with pytest.raises(RegistryError, match="is not a valid name"):
        Registry(tmp_path, project)


def test_an_unknown_version_is_named_with_those_that_exist(
    registry: Registry, source: Path
) -> None:
    add(registry, source, 2)

    with pytest.raises(VersionNotFound, match=r"no version 'v7'; there are: v0001, v0002"):
        registry.get("v7")


def test_a_version_cannot_reach_out_of_the_folder(registry: Registry, source: Path) -> None:
    add(registry, source, 1)

    with pytest.raises(VersionNotFound):
        registry.get("../versions/v0001")


def test_a_promotion_is_recorded_with_its_reason(registry: Registry, source: Path) -> None:
    add(registry, source, 1)
    promotion = registry.promote("v0001", expected=None, reason="first")

    champion = registry.champion()
    assert champion is not None
    assert champion.name == "v0001"
    assert registry.history() == (promotion,)
    assert (promotion.reason, promotion.at, promotion.previous) == ("first", NOON, "")


@pytest.mark.parametrize("expected", [None, "v0002"])
def test_a_promotion_against_another_champion_is_refused(
    registry: Registry, source: Path, expected: str | None
) -> None:
    add(registry, source, 3)
    registry.promote("v0001", expected=None, reason="first")

    with pytest.raises(ChampionChanged, match="is v0001, not"):
        registry.promote("v0003", expected=expected, reason="better")
    assert len(registry.history()) == 1


def test_promoting_the_champion_again_changes_nothing(registry: Registry, source: Path) -> None:
    add(registry, source, 2)
    registry.promote("v0001", expected=None, reason="first")
    promotion = registry.promote("v0002", expected="v0001", reason="better")

    assert registry.promote("v0002", expected="v0001", reason="better") == promotion
    assert len(registry.history()) == 2


def test_a_corrupt_version_is_not_promoted(registry: Registry, source: Path) -> None:
    version = registry.add(source, make_manifest())
    (version.path / "model.safetensors").write_bytes(b"")

    with pytest.raises(CorruptVersion, match=r"model\.safetensors was changed or cut short"):
        registry.promote("v0001", expected=None, reason="first")
    assert registry.champion() is None


def promote_in_turn(registry: Registry, *names: str) -> None:
    for name in names:
        current = registry.current()
        registry.promote(name, expected=current.version if current else None, reason="test")


def test_rollbacks_go_further_back_each_time(registry: Registry, source: Path) -> None:
    add(registry, source, 3)
    promote_in_turn(registry, "v0001", "v0002", "v0003")

    assert registry.rollback(reason="bad").version == "v0002"
    assert registry.rollback(reason="bad").version == "v0001"
    with pytest.raises(VersionNotFound, match="no earlier champion to go back to: none"):
        registry.rollback(reason="bad")


def test_a_rollback_skips_a_version_whose_folder_no_longer_exists(
    registry: Registry, source: Path
) -> None:
    add(registry, source, 3)
    promote_in_turn(registry, "v0001", "v0002", "v0003")
    (registry.folder / "versions" / "v0002").rename(registry.folder / "elsewhere")

    assert registry.predecessor() == "v0001"
    assert registry.rollback(reason="bad").version == "v0001"


def test_a_rollback_to_a_corrupt_version_is_refused(registry: Registry, source: Path) -> None:
    add(registry, source, 2)
    promote_in_turn(registry, "v0001", "v0002")
    (registry.get("v0001").path / "config.json").unlink()

    with pytest.raises(CorruptVersion, match=r"config\.json is missing"):
        registry.rollback(reason="bad")
    current = registry.current()
    assert current is not None
    assert current.version == "v0002"


def test_pruning_keeps_the_newest_the_champion_and_its_predecessor(
    registry: Registry, source: Path
) -> None:
    add(registry, source, 8)
    promote_in_turn(registry, "v0002", "v0003", "v0004")

    assert registry.prune(keep=2) == ("v0001", "v0002", "v0005", "v0006")
    assert registry.names() == ("v0003", "v0004", "v0007", "v0008")
    assert registry.rollback(reason="bad").version == "v0003"


def test_pruning_after_a_rollback_keeps_what_was_rolled_back_from(
    registry: Registry, source: Path
) -> None:
    add(registry, source, 5)
    promote_in_turn(registry, "v0001", "v0002", "v0003")
    registry.rollback(reason="bad")

    assert registry.prune(keep=0) == ("v0004",)
    assert registry.never_pruned() == {
        "v0001": "predecessor",
        "v0002": "champion",
        "v0003": "previous champion",
        "v0005": "newest",
    }
    assert registry.names() == ("v0001", "v0002", "v0003", "v0005")


def test_a_number_is_never_assigned_twice(registry: Registry, source: Path) -> None:
    add(registry, source, 3)
    registry.prune(keep=0)

    assert registry.add(source, make_manifest()).name == "v0004"


def test_a_negative_retention_is_refused(registry: Registry) -> None:
    with pytest.raises(ValueError, match="must not be negative"):
        registry.prune(keep=-1)


def test_a_champion_whose_folder_is_missing_is_reported_with_a_remedy(
    registry: Registry, source: Path
) -> None:
    add(registry, source, 1)
    promote_in_turn(registry, "v0001")
    (registry.folder / "versions" / "v0001").rename(registry.folder / "elsewhere")

    with pytest.raises(VersionNotFound, match=r"champion .*v0001.*roll back"):
        registry.champion()


def test_a_champion_without_a_manifest_is_reported_with_a_remedy(
    registry: Registry, source: Path
) -> None:
    add(registry, source, 1)
    promote_in_turn(registry, "v0001")
    (registry.get("v0001").path / "manifest.json").unlink()

    with pytest.raises(CorruptVersion, match=r"champion .*roll back"):
        registry.champion()


def test_an_unreadable_version_does_not_hide_the_others(registry: Registry, source: Path) -> None:
    add(registry, source, 2)
    (registry.get("v0001").path / "manifest.json").write_text("{")

    assert [version.name for version in registry.versions()] == ["v0002"]
    assert registry.names() == ("v0001", "v0002")
    assert registry.add(source, make_manifest()).name == "v0003"


def test_a_version_is_verified_by_its_name(registry: Registry, source: Path) -> None:
    version = registry.add(source, make_manifest())
    assert registry.verify("v0001") == version
    (version.path / "config.json").unlink()

    with pytest.raises(CorruptVersion, match=r"config\.json is missing"):
        registry.verify("v0001")


def test_texts_are_erased_from_the_samples_of_all_versions(
    registry: Registry, source: Path
) -> None:
    for texts in (("a", "b"), ("b", "c"), ("c",)):
        registry.add(source, make_manifest(samples=tuple(map(Sample, texts))))
    assert registry.with_samples({"b", "x"}) == ("v0001", "v0002")
    assert registry.erase_samples({"b", "x"}) == ("v0001", "v0002")
    samples = [[s.text for s in v.manifest.samples] for v in registry.versions()]
    assert samples == [["a"], ["c"], ["c"]]
    assert registry.verify("v0001").manifest.version == "v0001"
    assert registry.erase_samples({"b"}) == ()


def test_a_manifest_that_is_just_being_replaced_does_not_make_a_version_corrupt(
    registry: Registry, source: Path
) -> None:
    version = registry.add(source, make_manifest())
    (version.path / ".tmp-manifest.json-0123").touch()
    registry.verify("v0001")
    (version.path / ".tmp-config.json-0123").touch()
    with pytest.raises(CorruptVersion, match=r"\.tmp-config\.json-0123 is not in the manifest"):
        registry.verify("v0001")


def test_samples_of_an_unreadable_version_are_not_passed_over(
    registry: Registry, source: Path
) -> None:
    (registry.add(source, make_manifest()).path / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(CorruptVersion, match=r"v0001/manifest\.json cannot be read"):
        registry.erase_samples({"a"})


def test_samples_are_not_called_erased_while_an_unfinished_version_cannot_be_removed(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    (registry.folder / f"{TEMPORARY}0123" / "content").mkdir(parents=True)

    def fails(path: Path, *, ignore_errors: bool = False) -> None:
        if not ignore_errors:
            raise OSError(errno.EIO, "Input/output error", str(path))

    monkeypatch.setattr("ner.versions.staging.shutil.rmtree", fails)
    with pytest.raises(RegistryUnwritable, match=r"Input/output error.*0123"):
        registry.erase_samples({"a"})
