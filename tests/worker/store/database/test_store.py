import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from ner.errors import StoreError
from tests.support.running.file_rights import open_to_others, wide_umask
from worker.store.database import Store, open_store, require_known_schema
from worker.store.database import store as database
from worker.store.database.schema import Base
from worker.store.projects import ProjectInfo, get_project, save_project


def info(project: str, now: datetime) -> ProjectInfo:
    return ProjectInfo(project, True, False, False, False, now)


def test_a_store_may_be_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = open_store("sqlite:///:memory:")
    with store.read() as s:
        assert get_project(s, "papers") is None
    store.close()


def test_the_migrations_build_the_schema_that_the_code_expects(new_url: str) -> None:
    store = open_store(new_url)
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    store.close()


def test_opening_an_up_to_date_store_keeps_its_rows(
    store: Store, store_url: str, now: datetime
) -> None:
    with store.begin() as s:
        save_project(s, info("papers", now))
    again = open_store(store_url)
    with again.read() as s:
        assert get_project(s, "papers") == info("papers", now)
    again.close()


def test_a_store_that_a_newer_nerloop_has_written_is_refused_with_the_remedy(
    store: Store, store_url: str
) -> None:
    with store.begin() as s:
        known = s.scalar(text("SELECT version_num FROM alembic_version"))
        s.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    refusal = r"written by a newer nerloop .*'9999'.*; install that version again, or restore"
    with pytest.raises(StoreError, match=refusal):
        open_store(store_url)
    with store.begin() as s:  # other tests use the same database on PostgreSQL
        s.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": known})


def test_a_process_notices_that_another_version_has_changed_the_schema(store: Store) -> None:
    require_known_schema(store)
    with store.begin() as s:
        known = s.scalar(text("SELECT version_num FROM alembic_version"))
        s.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"the schema 9999 of another version .* start it again"):
        require_known_schema(store)
    with store.begin() as s:  # other tests use the same database on PostgreSQL
        s.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": known})


def open_and_close(url: str, start: "threading.Barrier", failures: "multiprocessing.Queue") -> None:
    start.wait()
    try:
        open_store(url).close()
    except BaseException as error:
        failures.put(repr(error))
        raise


def test_the_store_and_all_its_files_are_its_owners_alone(tmp_path: Path) -> None:
    with wide_umask():
        store = open_store(f"sqlite:///{tmp_path}/data/store.sqlite3")
    names = {path.name for path in (tmp_path / "data").iterdir()}
    assert names >= {f"store.sqlite3{suffix}" for suffix in ("", "-wal", "-shm", ".lock")}
    assert open_to_others(tmp_path / "data") == []
    store.close()


def test_a_store_of_an_earlier_version_is_closed_to_others(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/data/store.sqlite3"
    open_store(url).close()
    (tmp_path / "data" / "store.sqlite3").chmod(0o644)
    (tmp_path / "data" / "store.sqlite3.lock").chmod(0o666)
    store = open_store(url)
    assert open_to_others(tmp_path / "data") == []
    store.close()


def test_switching_new_files_to_wal_at_the_same_time_is_never_refused(tmp_path: Path) -> None:
    # Without the file lock, about 1 in 20 new files was refused.
    start = threading.Barrier(4)

    def open_new(number: int) -> None:
        for round_ in range(100):
            start.wait(timeout=60)
            try:
                open_store(f"sqlite:///{tmp_path}/{round_}.sqlite3", migrate=False).close()
            except StoreError:
                start.abort()
                raise

    with ThreadPoolExecutor(4) as pool:
        assert [*pool.map(open_new, range(4))] == [None] * 4


def test_several_processes_may_open_a_new_store_at_the_same_time(new_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    start, failures = context.Barrier(3), context.Queue()
    processes = [
        context.Process(target=open_and_close, args=(new_url, start, failures)) for _ in range(3)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 3
    engine = create_engine(new_url)
    assert set(Base.metadata.tables) < set(inspect(engine).get_table_names())
    engine.dispose()


def test_a_store_that_another_process_makes_meanwhile_is_not_called_damaged(
    new_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_tables = database._has_tables

    def made_meanwhile(engine: Engine) -> bool:
        monkeypatch.setattr(database, "_has_tables", has_tables)
        open_store(new_url).close()
        return has_tables(engine)

    monkeypatch.setattr(database, "_has_tables", made_meanwhile)
    open_store(new_url).close()
    assert database._has_tables is has_tables


def test_a_failing_transaction_is_rolled_back(store: Store, now: datetime) -> None:
    with suppress(ZeroDivisionError), store.begin() as s:
        save_project(s, info("papers", now))
        raise ZeroDivisionError
    with store.read() as s:
        assert get_project(s, "papers") is None


def test_a_reader_sees_the_last_commit_during_a_writing_transaction(
    store: Store, now: datetime
) -> None:
    with store.begin() as writing:
        save_project(writing, info("papers", now))
        with store.read() as reading:
            assert get_project(reading, "papers") is None


def test_a_folder_that_cannot_be_made_is_refused_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"cannot be made: .*set NERLOOP_DATA_DIR"):
        open_store(f"sqlite:///{tmp_path / 'file' / 'data' / 'nerloop.sqlite3'}")


def test_an_invalid_url_is_refused_without_its_password_in_the_message() -> None:
    with pytest.raises(StoreError, match="NERLOOP_STORE_URL") as caught:
        open_store("postgresql//user:secret@host")
    assert "secret" not in str(caught.value)


def test_the_error_for_an_unreachable_store_says_what_to_check(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://user:secret@/db?host={tmp_path}"
    with pytest.raises(StoreError, match="check NERLOOP_STORE_URL") as caught:
        open_store(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "remedy"),
    [("oracel://user:secret@host/db", "use sqlite or"), ("mysql://user:secret@host/db", "install")],
)
def test_an_unsupported_database_is_refused_with_a_remedy(url: str, remedy: str) -> None:
    with pytest.raises(StoreError, match=remedy) as caught:
        open_store(url)
    assert "secret" not in str(caught.value)


def test_a_file_that_is_not_a_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    path.write_bytes(b"certainly no database" * 100)
    with pytest.raises(StoreError, match="NERLOOP_STORE_URL"):
        open_store(f"sqlite:///{path}")


def test_a_database_that_has_become_read_only_cannot_be_used(store: Store, now: datetime) -> None:
    postgres = store.engine.dialect.name == "postgresql"
    read_only = "SET TRANSACTION READ ONLY" if postgres else "PRAGMA query_only = 1"

    def write() -> None:
        with store.begin() as s:
            s.execute(text(read_only))
            save_project(s, info("papers", now))

    with pytest.raises(StoreError, match="cannot be used"):
        write()


def test_an_error_of_the_database_does_not_quote_what_was_written(store: Store) -> None:
    def write() -> None:
        with store.begin() as s:
            s.execute(text("INSERT INTO nowhere VALUES (:t)"), {"t": "the text of a document"})

    with pytest.raises((DBAPIError, StoreError)) as raised:
        write()
    assert "the text of a document" not in f"{raised.value} {raised.value.__cause__}"


def test_no_plan_is_kept_from_when_the_tables_were_small(migrated_postgres_url: str) -> None:
    store = open_store(migrated_postgres_url)
    with store.read() as session:
        for _ in range(20):
            session.execute(text("SELECT count(*) FROM document"))
        kept = session.scalar(text("SELECT count(*) FROM pg_prepared_statements"))
    store.close()
    assert kept == 0
