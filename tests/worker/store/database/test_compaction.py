from datetime import datetime
from pathlib import Path

from sqlalchemy import text

from tests.support.running.searching import files_with
from tests.support.store.revising import ORG, approve
from worker.store.database import Store, open_store
from worker.store.database.compaction import compact, empty_log
from worker.store.removal.erasing import erase_rows

MARKER = "Zyxwvquux"


def erase(store: Store, now: datetime) -> None:
    for number in range(50):
        approve(store, now, str(number), ORG, text=f"{MARKER} {number} " * (1 + 40 * (number % 9)))
    with store.begin() as s:
        erase_rows(s, "papers", range(1, 51), now=now)


def folder_of(store: Store) -> Path:
    """The folder with the tables of the database."""
    if store.engine.dialect.name == "sqlite":
        return Path(store.engine.url.database or "").parent
    with store.read() as s:
        return Path(s.scalar(text("SHOW data_directory")) or "") / "base"


def test_no_file_has_an_erased_text_after_compaction(store: Store, now: datetime) -> None:
    erase(store, now)
    assert compact(store)
    with store.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("CHECKPOINT"))  # the old files are removed with it
    assert files_with(folder_of(store), MARKER) == []
    approve(store, now, "60", ORG)  # the connections are as before


def test_bytes_that_an_earlier_nerloop_left_in_the_file_are_removed(
    tmp_path: Path, now: datetime
) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    approve(store, now, "1", ORG, text=f"{MARKER} " * 2000)
    with store.begin() as s:
        s.execute(text("PRAGMA secure_delete = OFF"))
        s.execute(text("DELETE FROM revision"))
    empty_log(store)
    assert files_with(tmp_path, MARKER) == ["store.sqlite3"]
    assert compact(store)
    assert files_with(tmp_path, MARKER) == []
    store.close()


def test_the_log_is_emptied_without_waiting_for_a_reader(tmp_path: Path, now: datetime) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    with store.read() as s:
        s.execute(text("SELECT count(*) FROM revision"))
        erase(store, now)
        assert not empty_log(store)
        assert files_with(tmp_path, MARKER) != []
    assert empty_log(store)
    assert files_with(tmp_path, MARKER) == []
    store.close()


def test_bytes_of_removed_rows_are_overwritten(store: Store) -> None:
    if store.engine.dialect.name == "sqlite":
        with store.read() as s:
            assert s.scalar(text("PRAGMA secure_delete")) == 1
