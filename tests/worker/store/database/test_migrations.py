"""Migrations that compute something from what an older store has."""

from datetime import UTC, datetime
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, text

from worker.store.bindings import get_binding
from worker.store.database import open_store
from worker.store.database.store import MIGRATIONS
from worker.store.labels import doccano_labels, label_names

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def upgrade(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def insert(engine: Engine, table: str, **values: Any) -> None:
    names = ", ".join(values)
    places = ", ".join(f":{name}" for name in values)
    with engine.begin() as connection:
        connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({places})"), values)


def insert_run(engine: Engine, number: int, state: str, last_revision_id: int) -> None:
    insert(
        engine, "run", id=number, project="papers", state=state, key="k", fingerprint="f",
        parameters="{}", last_revision_id=last_revision_id, forced=False, host="here", attempt=1,
        started_at=NOW, heartbeat_at=NOW, documents=1, reasons="[]",
    )  # fmt: skip


def test_the_documents_approved_at_the_last_run_are_counted(new_url: str) -> None:
    engine = create_engine(new_url)
    upgrade(engine, "0005")
    for number in (1, 2, 3):
        insert(
            engine, "document", id=number, project="papers", source="doccano",
            external_id=str(number), exact_hash="", text_hash="", side="train", approved=True,
            deleted=False, first_seen_at=NOW,
        )  # fmt: skip
    # Document 1 is withdrawn at revision 3 and document 2 approved again; 3 comes after the runs.
    for number, (document, content) in enumerate(
        [(1, "a"), (2, "b"), (1, ""), (2, "c"), (3, "d")], start=1
    ):
        insert(
            engine, "revision", id=number, project="papers", document_id=document,
            kind="approved" if content else "withdrawn", text="", spans="[]",
            content_hash=content, annotators="[]", seen_at=NOW,
        )  # fmt: skip
    insert_run(engine, 1, "promoted", 2)
    insert_run(engine, 2, "refused", 4)
    insert_run(engine, 3, "failed", 4)
    insert_run(engine, 4, "running", 5)
    open_store(new_url).close()
    with engine.connect() as connection:
        runs = connection.execute(text("SELECT id, approved FROM run ORDER BY id")).all()
    engine.dispose()
    # Those before the last finished run, and failed ones, are never asked for.
    assert [tuple(run) for run in runs] == [(1, 0), (2, 1), (3, 0), (4, 2)]


def test_labels_keep_their_keys_and_projects_are_not_bound_yet(new_url: str) -> None:
    engine = create_engine(new_url)
    upgrade(engine, "0007")
    insert(
        engine, "project", slug="papers", collaborative=True, grapheme_mode=False,
        allow_overlapping=False, use_relation=False, seen_at=NOW,
    )  # fmt: skip
    for number, name in ((3, "CITY"), (7, "ORG")):
        insert(engine, "label", project="papers", doccano_id=number, name=name, deleted=False)
    store = open_store(new_url)
    with store.begin() as s:
        assert get_binding(s, "papers") is None
        assert label_names(s, "papers") == {"3": "CITY", "7": "ORG"}
        assert doccano_labels(s, "papers") == {3: "CITY", 7: "ORG"}
    store.close()
    engine.dispose()
