"""A version folder: weights, tokenizer, model card and the manifest with their checksums."""

import dataclasses
import hashlib
from dataclasses import dataclass
from pathlib import Path

from ner.errors import CorruptVersion
from ner.files import TEMPORARY, write_atomically
from ner.versions.manifest import MANIFEST_FILE, Manifest, read_manifest, write_manifest
from ner.versions.model_card import CARD_FILE, render


@dataclass(frozen=True, slots=True)
class Version:
    """A folder with a model, and its manifest."""

    path: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        """The registry's number, such as `v0001`; the folder's name outside a registry."""
        return self.manifest.version or self.path.name


def open_version(path: Path) -> Version:
    """The version in a folder, in a registry or as `nerloop train` wrote it; files unchecked.

    Raises CorruptVersion when the folder or its manifest is missing or unreadable.
    """
    return Version(path, read_manifest(path))


def seal(folder: Path, manifest: Manifest) -> Version:
    """Makes a version of a folder with weights and tokenizer: adds model card and manifest.

    The manifest, with the checksums, is written last, so a folder that has one is complete.
    """
    write_atomically(folder / CARD_FILE, render(manifest).encode())
    sealed = dataclasses.replace(manifest, files=checksums(folder))
    write_manifest(folder, sealed)
    return Version(folder, sealed)


def checksums(folder: Path) -> dict[str, str]:
    """SHA-256, in hex, of every file below the folder except the manifest, by relative path."""
    return {name: _checksum(folder / name) for name in sorted(_file_names(folder))}


def verify(version: Version) -> None:
    """Raises CorruptVersion unless the folder's files are exactly those of its manifest."""
    expected = version.manifest.files
    present = _file_names(version.path)
    problems = [f"{name} is missing" for name in sorted(expected.keys() - present)]
    problems += [f"{name} is not in the manifest" for name in sorted(present - expected.keys())]
    problems += [
        f"{name} was changed or cut short"
        for name in sorted(present & expected.keys())
        if _checksum(version.path / name) != expected[name]
    ]
    if not expected:
        problems.append(f"{MANIFEST_FILE} lists no files")
    if problems:
        raise CorruptVersion(f"{version.path} is corrupt: {', '.join(problems)}")


def _file_names(folder: Path) -> set[str]:
    """All files but the manifest and one that is just being written to replace it."""
    manifests = {folder / MANIFEST_FILE, *folder.glob(f"{TEMPORARY}{MANIFEST_FILE}-*")}
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if not path.is_dir() and path not in manifests
    }


def _checksum(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise CorruptVersion(f"{path} cannot be read: {error.strerror}") from None
