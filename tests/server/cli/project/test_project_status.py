"""The status is read from the store and the queues."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis

from ner.errors import QueueError
from ner.spans import Span
from ner.versions.registry import Registry
from server.cli.project.document_counts import DocumentCounts
from server.cli.project.project_status import Ahead, Status, connect_queues, read_status
from server.cli.project.stored_data import StoredDataReader
from tests.support.models.model_folders import make_manifest, make_model_folder
from tests.support.store.stored import record_approved
from worker.beforehand.waiting_texts import Fed, WaitingTexts
from worker.settings import load_settings
from worker.store.corpus.documents import ListedDocument, sync_documents
from worker.store.corpus.revisions import Approval
from worker.store.database import Store
from worker.store.labels import sync_labels
from worker.store.pulls import PullState, save_pull
from worker.store.tokens import issue_token
from worker.store.training.datasets import DELETED_LABEL, IN_DOCCANO, OUTSIDE

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def read(store: Store) -> Status:
    return read_status(
        load_settings(), store, "papers", QueueError("none"), NOW, StoredDataReader()
    )


def approve(store: Store, number: str, *spans: Span) -> None:
    with store.begin() as session:
        approval = Approval(number, "In Lyon", spans)
        record_approved(session, "papers", approval, share=0.2, now=NOW)


def test_a_store_with_nothing_in_it_has_a_status(store: Store) -> None:
    status = read(store)
    assert not status.connected
    assert status.documents == DocumentCounts(0, 0, None, None, 0)
    assert (status.export_at, status.champion, status.progress) == (None, None, None)
    assert status.queue_error == "none"


def test_documents_and_changes_are_counted(store: Store) -> None:
    approve(store, "7", Span(3, 7, "1"))
    pull = PullState("papers", gate="b", exported_at=NOW, documents=3, ticked=2)
    with store.begin() as session:
        issue_token(session, "predict", "papers", NOW)
        sync_documents(
            session, "papers", [ListedDocument("9", "open", approved=False)],
            share=0.2, now=NOW,
        )  # fmt: skip
    assert read(store).documents == DocumentCounts(2, 1, None, None, 1)
    with store.begin() as session:
        save_pull(session, pull)
    status = read(store)
    assert status.connected
    assert status.documents == DocumentCounts(3, 1, 1, 0, 1)
    assert status.changed == 1
    assert status.export_at == NOW + timedelta(seconds=load_settings().export_seconds)


def test_gold_that_is_imported_and_approved_in_doccano_is_counted_once(store: Store) -> None:
    approve(store, "7")
    with store.begin() as session:
        for name, text in (("x", "In Lyon"), ("y", "In Kyiv")):
            approval = Approval(name, text, ())
            record_approved(session, "papers", approval, source="import", share=0.2, now=NOW)
    status = read(store)
    assert (status.imported, status.left_out) == (1, {IN_DOCCANO: 1})


def test_what_is_approved_and_not_used_is_counted_by_reason(store: Store) -> None:
    with store.begin() as session:
        sync_labels(session, "papers", {1: "WORD"})
    approve(store, "7", Span(0, 2, "1"), Span(3, 7, "2"))
    approve(store, "8", Span(0, 2, "1"), Span(3, 9, "1"))
    assert read(store).left_out == {DELETED_LABEL: 1, OUTSIDE: 1}


def test_a_label_that_the_champion_does_not_know_is_named(store: Store, tmp_path: Path) -> None:
    with store.begin() as session:
        sync_labels(session, "papers", {1: "PLACE", 2: "WORD"})
        approval = Approval("7", "In Lyon", (Span(0, 2, "1"), Span(3, 7, "2")))
        record_approved(session, "papers", approval, share=0.0, now=NOW)
    registry = Registry(load_settings().models_dir, "papers")
    manifest = make_manifest(labels=("CITY",), label_keys={"CITY": "1"})
    registry.add(make_model_folder(tmp_path / "model"), manifest)
    assert read(store).remarks == ()
    registry.promote("v0001", expected=None, reason="first")
    (remark,) = read(store).remarks
    assert remark.startswith("label 'WORD' is new to v0001, the model in use, and is not suggested")


def test_without_a_queue_server_its_error_is_returned(tmp_path: Path) -> None:
    settings = load_settings()
    error = connect_queues(settings, NOW)
    assert isinstance(error, QueueError)
    assert str(error).startswith("nerloop is not running: start `nerloop up`")


def test_documents_that_are_predicted_beforehand_are_counted(
    store: Store, valkey: Redis, valkey_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NERLOOP_REDIS_URL", valkey_url)
    settings = load_settings()
    registry = Registry(settings.models_dir, "papers")
    name = registry.add(make_model_folder(tmp_path / "source"), make_manifest()).name
    promotion = registry.promote(name, expected=None, reason="first")
    waiting = WaitingTexts(valkey, "papers", promotion)

    def ahead() -> Ahead | None:
        queues = connect_queues(settings, NOW)
        return read_status(settings, store, "papers", queues, NOW, StoredDataReader()).ahead

    assert ahead() is None
    waiting.put(["Bonn", "Trier", "Kiel"], Fed(document=9, texts=3, revision=0))
    waiting.take()
    assert ahead() == Ahead(texts=3, waiting=2)
