import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from ner.errors import CorruptVersion
from ner.versions.manifest import MANIFEST_FILE, read_manifest, write_manifest
from ner.versions.version import Version, checksums, open_version, seal, verify
from tests.support.models.model_folders import make_manifest, make_model_folder


@pytest.fixture
def sealed(tmp_path: Path) -> Version:
    return seal(make_model_folder(tmp_path / "made"), make_manifest())


def test_a_sealed_folder_is_a_version_that_verifies(sealed: Version) -> None:
    assert open_version(sealed.path) == sealed
    verify(sealed)


def test_checksums_are_of_every_file_but_the_manifest(sealed: Version) -> None:
    files = {path for path in sealed.path.rglob("*") if path.is_file()}
    names = {path.relative_to(sealed.path).as_posix() for path in files} - {MANIFEST_FILE}
    assert names >= {"README.md", "extra/notes.txt"}
    assert checksums(sealed.path).keys() == sealed.manifest.files.keys() == names
    # SHA-256 of "{}".
    digest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert sealed.manifest.files["config.json"] == digest


def test_a_version_outside_a_registry_has_the_name_of_its_folder(sealed: Version) -> None:
    assert sealed.name == "made"
    numbered = dataclasses.replace(sealed.manifest, version="v0007")
    assert Version(sealed.path, numbered).name == "v0007"


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (lambda folder: (folder / "extra" / "notes.txt").unlink(), "extra/notes.txt is missing"),
        (lambda folder: (folder / "new.bin").write_text("x"), "new.bin is not in the manifest"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"weight"), "cut short"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"Weights"), "changed"),
    ],
)
def test_verification_finds_every_kind_of_damage(
    sealed: Version, damage: Callable[[Path], object], expected: str
) -> None:
    damage(sealed.path)

    with pytest.raises(CorruptVersion, match=expected):
        verify(sealed)


def test_a_file_that_cannot_be_read_is_a_corrupt_version(sealed: Version) -> None:
    (sealed.path / "config.json").unlink()
    (sealed.path / "config.json").symlink_to("missing")

    with pytest.raises(CorruptVersion, match=r"config\.json cannot be read: No such file"):
        verify(sealed)


def test_a_manifest_without_checksums_is_not_verified(tmp_path: Path) -> None:
    write_manifest(tmp_path, make_manifest())

    with pytest.raises(CorruptVersion, match="lists no files"):
        verify(Version(tmp_path, read_manifest(tmp_path)))
