"""Writes a backup: the store as it is at one moment, and the models."""

import tempfile
from contextlib import ExitStack, closing
from datetime import datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath

from sqlalchemy.engine import make_url

from ner.errors import BackupError, CorruptVersion
from ner.versions.manifest import MANIFEST_FILE, read_manifest
from ner.versions.promotions import HISTORY_FILE, POINTER_FILE
from worker.keeping.archive import (
    MODELS,
    STORE,
    ArchiveWriter,
    BackupList,
    readable,
    verify,
    writing,
)
from worker.keeping.store_copy import copy_store
from worker.settings import Settings
from worker.store.corpus.revisions import count_all_approved
from worker.store.database import Store, open_store

VERSIONS = "versions"


def require_store(settings: Settings) -> None:
    """Raises BackupError when there is no store yet, which opening it would make."""
    url = make_url(settings.resolved_store_url)
    if url.drivername.startswith("sqlite") and not Path(url.database or "").exists():
        raise BackupError(
            f"there is no store at {Path(url.database or '').absolute()}; set NERLOOP_DATA_DIR to "
            "the folder that nerloop runs with (a relative one depends on the working directory)"
        )


def back_up(settings: Settings, store: Store, path: Path, now: datetime) -> BackupList:
    """Writes the backup to `path` while nerloop runs, reads it back, and returns what it has.

    The store is always in it as an SQLite file. Raises BackupError, and StoreError.
    """
    with (
        writing(path) as archive,
        tempfile.TemporaryDirectory(dir=path.parent, prefix=f".tmp-{path.name}-") as folder,
    ):
        with closing(open_store(f"sqlite:///{folder}/{STORE}")) as copy:
            copy_store(store, copy)
            with copy.read() as s:
                approved = count_all_approved(s)
        with (Path(folder) / STORE).open("rb") as file:
            archive.add(file, STORE)
        # After the store, whose runs name versions.
        _add_models(archive, settings.models_dir)
        archive.finish(nerloop=version("nerloop"), made_at=now, approved=approved)
    return verify(path)


def damaged_versions(listed: BackupList, models: Path) -> tuple[str, ...]:
    """The versions in a backup whose files are not those of their manifests, as ``papers/v0001``.

    Compares checksums that the backup has anyway.
    """
    damaged = []
    for name in listed.files:
        path = PurePosixPath(name)
        if path.name != MANIFEST_FILE or path.parent.parent.name != VERSIONS:
            continue
        folder = models / path.parent.relative_to(MODELS)
        if not folder.exists():  # removed since
            continue
        try:
            sums = read_manifest(folder).files
        except CorruptVersion:
            sums = {"": ""}
        if any(listed.files.get(f"{path.parent}/{file}") != each for file, each in sums.items()):
            damaged.append(f"{path.parts[1]}/{path.parent.name}")
    return tuple(damaged)


def _add_models(archive: ArchiveWriter, models: Path) -> None:
    """Adds each project's pointer before its versions, so that the version it names is there."""
    if not models.is_dir():
        return
    for project in _entries(models):
        if not project.is_dir():
            continue
        # Both are replaced by a rename, so that one that exists is there.
        pointers = [project / name for name in (POINTER_FILE, HISTORY_FILE)]
        _add_together(archive, [path for path in pointers if path.exists()], models)
        versions = project / VERSIONS
        for folder in _entries(versions) if versions.is_dir() else []:
            if folder.name.startswith("v"):
                _add_together(archive, _files(folder), models)


def _entries(folder: Path) -> list[Path]:
    with readable(folder):
        return sorted(folder.iterdir())


def _files(folder: Path) -> list[Path]:
    """All files below a folder; none if it is removed meanwhile."""
    try:
        entries = _entries(folder)
    except FileNotFoundError:
        return []
    files = [path for path in entries if path.is_file()]
    return files + [file for path in entries if path.is_dir() for file in _files(path)]


def _add_together(archive: ArchiveWriter, paths: list[Path], models: Path) -> None:
    """Adds files below `models`, all or, if one is removed meanwhile with its version, none."""
    with ExitStack() as stack:
        try:
            with readable(models):
                files = [stack.enter_context(path.open("rb")) for path in sorted(paths)]
        except FileNotFoundError:
            return
        for file in files:
            archive.add(file, f"{MODELS}/{Path(file.name).relative_to(models).as_posix()}")
