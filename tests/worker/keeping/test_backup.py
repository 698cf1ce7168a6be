"""Backups that are written, read back, damaged and put back."""

import errno
import io
import os
import shutil
import stat
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import pytest
from pydantic import SecretStr
from sqlalchemy import inspect, text

from ner.errors import BackupError, StoreError, UnreadableStore
from ner.versions.registry import Registry
from tests.support.models.model_folders import make_manifest, make_model_folder
from tests.support.store.filled_store import content, fill
from worker.keeping import backup, restore
from worker.keeping.archive import ArchiveWriter, verify, writing
from worker.keeping.backup import back_up, damaged_versions, require_store
from worker.settings import Settings
from worker.store.database import Store, open_store


@pytest.fixture
def registry(settings: Settings, tmp_path: Path) -> Registry:
    """A registry with two versions, the second of which is the champion."""
    registry = Registry(settings.models_dir, "papers")
    for number in (1, 2):
        folder = make_model_folder(tmp_path / f"source-{number}", weights=bytes([number]))
        name = registry.add(folder, make_manifest()).name
    registry.promote(name, expected=None, reason="better")
    for name in ("held_out_f1.json", ".tmp-champion.json-0", ".tmp-held_out_f1.json-1"):
        (registry.folder / name).write_text("{}")
    return registry


@pytest.fixture
def file(
    settings: Settings, other: Store, registry: Registry, tmp_path: Path, now: datetime
) -> Path:
    """A backup of that registry and of a store with rows."""
    assert registry.champion() is not None
    fill(other, 5)
    back_up(settings, other, tmp_path / "backup.tar", now)
    return tmp_path / "backup.tar"


@pytest.fixture
def elsewhere(settings: Settings, tmp_path: Path) -> Iterator[tuple[Settings, Store]]:
    """The settings and the empty store of another machine."""
    settings = settings.model_copy(update={"data_dir": tmp_path / "elsewhere"})
    store = open_store(settings.resolved_store_url)
    yield settings, store
    store.close()


def restorable(store: Store) -> dict[str, list[dict[str, object]]]:
    """What a store has, without the folder of models, which may be another after a restore."""
    return content(store) | {"models_folder": []}


def test_store_and_models_are_put_back_on_another_machine(
    file: Path, other: Store, elsewhere: tuple[Settings, Store], now: datetime
) -> None:
    restored = restore.restore(elsewhere[0], file)
    assert restored.backup.made_at == now
    assert content(elsewhere[1]) == restorable(other)
    registry = Registry(elsewhere[0].models_dir, "papers")
    assert registry.names() == ("v0001", "v0002")
    champion = registry.champion()
    assert champion is not None
    registry.verify(champion.name)
    assert [promotion.version for promotion in registry.history()] == ["v0002"]
    names = {path.name for path in registry.folder.iterdir()}
    assert names == {"champion.json", "history.jsonl", "versions"}
    assert sorted(path.name for path in elsewhere[0].data_dir.glob(".tmp-*")) == []


def test_only_the_owner_can_read_it_and_nothing_else_is_left(file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.glob("*tmp-*")] == []
    assert subprocess.run(["tar", "-tf", file], check=True, capture_output=True).stdout


def test_an_existing_file_and_a_missing_folder_are_refused(
    file: Path, settings: Settings, other: Store, now: datetime
) -> None:
    with pytest.raises(BackupError, match="exists; name a new file"):
        back_up(settings, other, file, now)
    with pytest.raises(BackupError, match="cannot be written"):
        back_up(settings, other, file.parent / "none" / "backup.tar", now)


def test_a_version_that_is_removed_meanwhile_is_left_out_whole(
    settings: Settings,
    other: Store,
    registry: Registry,
    tmp_path: Path,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_together = backup._add_together

    def remove_first(archive: ArchiveWriter, paths: list[Path], models: Path) -> None:
        for path in paths:
            if path.parent.name == "v0001":
                path.unlink()
        add_together(archive, paths, models)

    monkeypatch.setattr(backup, "_add_together", remove_first)
    listed = back_up(settings, other, tmp_path / "backup.tar", now)
    assert {name.split("/")[3] for name in listed.files if "versions" in name} == {"v0002"}


def test_of_two_backups_to_one_file_the_first_to_end_has_it(tmp_path: Path) -> None:
    path = tmp_path / "backup.tar"

    def write(content: bytes) -> None:
        with (tmp_path / "source").open("w+b") as source, writing(path) as archive:
            source.write(content)
            source.seek(0)
            archive.add(source, "one")
            if content == b"first":
                return
            write(b"first")

    with pytest.raises(BackupError, match="exists; name a new file"):
        write(b"second")
    with tarfile.open(path) as archive:
        file = archive.extractfile("one")
        assert file is not None
        assert file.read() == b"first"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["backup.tar", "source"]


def test_the_name_of_a_backup_is_on_the_disk_too(
    settings: Settings, other: Store, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr("worker.keeping.archive.sync_folder", synced.append)
    back_up(settings, other, tmp_path / "backup.tar", now)
    assert synced == [tmp_path]


class Broken(io.BytesIO):
    """A file on a disk that fails."""

    name = "weights"

    def fileno(self) -> int:
        return 0

    def read(self, *_: object) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_what_cannot_be_read_is_not_said_to_be_unwritable(
    settings: Settings,
    other: Store,
    registry: Registry,
    tmp_path: Path,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed = registry.folder / "versions" / "v0002"
    for function in ("iterdir", "open"):
        usual = getattr(Path, function)

        def refuse(path: Path, *rest: str, usual: Callable[..., object] = usual) -> object:
            if path.is_relative_to(closed):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return usual(path, *rest)

        with monkeypatch.context() as patched:
            patched.setattr(Path, function, refuse)
            with pytest.raises(BackupError, match=f"{closed}.* cannot be read for the backup"):
                back_up(settings, other, tmp_path / "backup.tar", now)
    assert not (tmp_path / "backup.tar").exists()


def test_a_disk_that_fails_while_it_is_read_is_named(tmp_path: Path) -> None:
    said = "weights cannot be read for the backup: Input/output error"
    with (
        pytest.raises(BackupError, match=said),
        writing(tmp_path / "backup.tar") as archive,
        mock.patch("os.fstat", return_value=SimpleNamespace(st_size=5)),
    ):
        archive.add(Broken(), "weights")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_file_that_is_cut_short_is_refused(file: Path, share: float) -> None:
    os.truncate(file, int(share * file.stat().st_size))
    with pytest.raises(BackupError, match="no whole backup"):
        verify(file)


def test_a_changed_byte_is_found(file: Path, elsewhere: tuple[Settings, Store]) -> None:
    data = bytearray(file.read_bytes())
    data[data.index(b"SQLite format 3") + 200] ^= 1
    file.write_bytes(data)
    empty = content(elsewhere[1])
    with pytest.raises(BackupError, match=r"store.sqlite3 is not as it was"):
        restore.restore(elsewhere[0], file)
    assert content(elsewhere[1]) == empty
    assert not elsewhere[0].models_dir.exists()


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "other/evil"])
def test_a_file_that_would_be_written_elsewhere_is_refused(file: Path, name: str) -> None:
    evil = file.parent / "evil"
    evil.write_text("evil")
    with tarfile.open(file, "a") as archive:
        archive.add(evil, name)
    with pytest.raises(BackupError, match="no backup of nerloop"):
        verify(file)


def test_what_is_there_is_only_replaced_on_request(
    file: Path, other: Store, elsewhere: tuple[Settings, Store]
) -> None:
    settings, target = elsewhere
    restore.restore(elsewhere[0], file)
    with pytest.raises(BackupError, match="--replace"):
        restore.restore(elsewhere[0], file)
    shutil.rmtree(settings.models_dir)
    with pytest.raises(StoreError, match="--replace"):
        restore.restore(elsewhere[0], file)
    fill(target, 3, first=90)
    (settings.models_dir / "papers" / "versions" / "v0009").mkdir(parents=True)
    restore.restore(elsewhere[0], file, replace=True)
    assert content(target) == restorable(other)
    assert Registry(settings.models_dir, "papers").names() == ("v0001", "v0002")


def test_after_a_kill_between_store_and_models_another_call_completes_the_work(
    file: Path, elsewhere: tuple[Settings, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, _ = elsewhere
    restore.restore(settings, file)

    def killed(_folder: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(restore, "sync_folder", killed)
        with pytest.raises(KeyboardInterrupt):
            restore.restore(settings, file, replace=True)
    restore.restore(settings, file, replace=True)
    assert Registry(settings.models_dir, "papers").names() == ("v0001", "v0002")
    assert [path.name for path in settings.data_dir.iterdir() if "replaced" in path.name] == []


def test_the_store_of_a_newer_version_is_only_replaced_on_request(
    file: Path, other: Store, settings: Settings, new_url: str, tmp_path: Path
) -> None:
    with closing(open_store(new_url)) as newer, newer.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        session.execute(text("CREATE TABLE newer (id INTEGER REFERENCES document)"))
    there = {"store_url": SecretStr(new_url), "data_dir": tmp_path / "there"}
    settings = settings.model_copy(update=there)
    with pytest.raises(UnreadableStore, match="newer nerloop"):
        restore.restore(settings, file)
    restored = restore.restore(settings, file, replace=True)
    assert (restored.unreadable is None) == new_url.startswith("postgresql")
    assert restored.unreadable is None or restored.unreadable.exists()
    with closing(open_store(new_url)) as store, store.read() as session:
        assert content(store) == restorable(other)
        assert not inspect(session.connection()).has_table("newer")


def test_a_damaged_store_is_replaced_and_stays_beside_the_new_one(
    file: Path, other: Store, elsewhere: tuple[Settings, Store]
) -> None:
    settings, target = elsewhere
    target.close()
    path = settings.data_dir / "nerloop.sqlite3"
    path.write_bytes(b"no database" * 1_000)
    restored = restore.restore(settings, file, replace=True)
    assert restored.unreadable == path.with_name("nerloop.sqlite3.replaced")
    assert restored.unreadable.read_bytes().startswith(b"no database")
    with closing(open_store(settings.resolved_store_url)) as store:
        assert content(store) == restorable(other)


def test_tables_without_their_version_are_a_damaged_store(
    file: Path, other: Store, elsewhere: tuple[Settings, Store]
) -> None:
    settings, target = elsewhere
    with target.begin() as session:
        session.execute(text("DELETE FROM alembic_version"))
    target.close()
    with pytest.raises(UnreadableStore, match=r"damaged.*--replace"):
        open_store(settings.resolved_store_url)
    restore.restore(settings, file, replace=True)
    with closing(open_store(settings.resolved_store_url)) as store:
        assert content(store) == restorable(other)


def test_a_store_with_documents_is_not_replaced_by_a_backup_without(
    file: Path, elsewhere: tuple[Settings, Store], tmp_path: Path, now: datetime
) -> None:
    settings, target = elsewhere
    back_up(settings, target, tmp_path / "empty.tar", now)
    assert verify(tmp_path / "empty.tar").approved == 0
    restore.restore(settings, file)
    approved = verify(file).approved
    with pytest.raises(BackupError, match=f"no approved document.* has {approved};"):
        restore.restore(settings, tmp_path / "empty.tar", replace=True)
    assert Registry(settings.models_dir, "papers").names() == ("v0001", "v0002")


def test_what_an_interrupted_restore_left_is_removed_by_the_next(
    file: Path, elsewhere: tuple[Settings, Store]
) -> None:
    settings, _ = elsewhere
    left = settings.data_dir / ".tmp-restore-0123"
    left.mkdir()
    (left / "store.sqlite3").write_text("a text")
    restore.restore(settings, file)
    assert not left.exists()


def test_a_damaged_version_in_a_backup_is_named(
    settings: Settings, other: Store, registry: Registry, tmp_path: Path, now: datetime
) -> None:
    good = back_up(settings, other, tmp_path / "good.tar", now)
    assert damaged_versions(good, settings.models_dir) == ()
    (registry.get("v0002").path / "model.safetensors").write_bytes(b"?")
    bad = back_up(settings, other, tmp_path / "bad.tar", now)
    assert damaged_versions(bad, settings.models_dir) == ("papers/v0002",)


def test_a_backup_of_a_store_that_is_not_there_makes_none(settings: Settings) -> None:
    with pytest.raises(BackupError, match=rf"no store at {settings.data_dir}.*NERLOOP_DATA_DIR"):
        require_store(settings)
    assert not settings.data_dir.exists()
