"""Puts a backup back: the store's rows and the models."""

import shutil
import tempfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, select

from ner.errors import BackupError, UnreadableStore
from ner.files import PRIVATE_FOLDER, make_tree_private, sync_folder, sync_tree
from worker.keeping.archive import MODELS, STORE, BackupList, extract, verify
from worker.keeping.store_copy import copy_store
from worker.settings import Settings
from worker.store.corpus.revisions import count_all_approved
from worker.store.database import Store, open_store
from worker.store.database.discarding import discard_unreadable
from worker.store.database.schema import ModelsFolderRow, ProjectRow

REPLACED = ".replaced"
STAGED = ".tmp-restore-"


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup that was put back, the number of rows by table, and the projects that it has.

    `unreadable` is the file of a store that could not be read and was renamed.
    """

    backup: BackupList
    rows: Mapping[str, int]
    projects: tuple[str, ...]
    unreadable: Path | None = None


def restore(settings: Settings, path: Path, *, replace: bool = False) -> Restored:
    """Verifies the backup, then replaces the store's rows in one transaction, and the models.

    nerloop must not run. Without `replace` both must be empty. With it, a store of a newer nerloop,
    or one that is damaged, is renamed, or its tables are dropped in PostgreSQL. If the process is
    killed, or the models cannot be put in place after the store was written, another call with
    `replace` completes the work. Raises BackupError and StoreError.
    """
    listed = verify(path)
    models = settings.models_dir
    for left in interrupted_restores(settings):
        shutil.rmtree(left)
    if not replace and models.is_dir() and any(models.iterdir()):
        raise BackupError(
            f"there are models in {models}; restore into an empty data folder, or replace them "
            "with --replace"
        )
    models.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    # Beside the models, so that they are put in place by a rename.
    with tempfile.TemporaryDirectory(dir=models.parent, prefix=STAGED) as folder:
        staged = Path(folder)
        extract(path, listed, staged)
        (staged / MODELS).mkdir(exist_ok=True)
        make_tree_private(staged / MODELS)
        sync_tree(staged / MODELS)
        # Opening it updates the schema of an older backup.
        with closing(open_store(f"sqlite:///{staged / STORE}")) as source:
            store, unreadable = _target(settings.resolved_store_url, replace=replace)
            with closing(store):
                _refuse_emptying(path, source, store)
                rows = copy_store(source, store, replace=replace)
                _forget_models_folder(store)
            with source.read() as s:
                projects = tuple(s.scalars(select(ProjectRow.project).order_by(ProjectRow.project)))
        _swap(staged / MODELS, models)
    return Restored(listed, rows, projects, unreadable)


def interrupted_restores(settings: Settings) -> tuple[Path, ...]:
    """The folders that interrupted restores have left, which have texts."""
    return tuple(settings.models_dir.parent.glob(f"{STAGED}*"))


def _refuse_emptying(path: Path, source: Store, store: Store) -> None:
    with source.read() as s, store.read() as there:
        kept, replaced = count_all_approved(s), count_all_approved(there)
    if replaced and not kept:
        raise BackupError(
            f"{path} has no approved document, and the store that it would replace has {replaced}; "
            "nothing was changed: name another backup, or remove the store to start anew"
        )


def _forget_models_folder(store: Store) -> None:
    """Lets the next training worker say which folder it writes to: it need not be the old one."""
    with store.begin() as s:
        s.execute(delete(ModelsFolderRow))


def _target(url: str, *, replace: bool) -> tuple[Store, Path | None]:
    """The store to write to, and the file of one that was unreadable."""
    try:
        return open_store(url), None
    except UnreadableStore:
        if not replace:
            raise
    unreadable = discard_unreadable(url)
    return open_store(url), unreadable


def _swap(new: Path, models: Path) -> None:
    old = models.with_name(f"{models.name}{REPLACED}")
    shutil.rmtree(old, ignore_errors=True)
    try:
        if models.exists():
            models.rename(old)
        new.rename(models)
    except OSError as error:
        raise BackupError(
            f"the store is restored, but its models cannot be put to {models}: {error.strerror}; "
            "make that a folder that this user may rename, and restore again with --replace"
        ) from None
    sync_folder(models.parent)
    shutil.rmtree(old, ignore_errors=True)
