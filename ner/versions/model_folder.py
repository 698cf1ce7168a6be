"""A folder with weights and tokenizer that becomes a version."""

import shutil
from pathlib import Path

from ner.errors import CorruptVersion
from ner.files import make_tree_private, sync_tree
from ner.versions.manifest import MANIFEST_FILE, Manifest
from ner.versions.version import checksums

_NEEDED_FILES = ("config.json", "tokenizer.json", "*.safetensors")


def check_model_folder(folder: Path) -> None:
    """Raises CorruptVersion when the folder lacks files of a model."""
    missing = [pattern for pattern in _NEEDED_FILES if not any(folder.glob(pattern))]
    if missing:
        raise CorruptVersion(
            f"{folder} is not a model folder, it lacks {', '.join(missing)}; name a folder that a "
            "training wrote"
        )


def copy_model_folder(folder: Path, target: Path, manifest: Manifest) -> None:
    """Copies all files but the manifest to `target`, private and on the disk.

    Raises CorruptVersion when they do not match the checksums of `manifest`, unless it has none,
    and OSError or shutil.Error when the copy fails.
    """
    ignored = shutil.ignore_patterns(MANIFEST_FILE)
    shutil.copytree(folder, target, dirs_exist_ok=True, ignore=ignored)
    make_tree_private(target)
    sync_tree(target)
    if manifest.files and checksums(target) != dict(manifest.files):
        raise CorruptVersion(f"{folder} does not match the checksums of its manifest")
