"""Erases documents after real trainings and searches everything that was written for them."""

import dataclasses
import errno
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from sqlalchemy import select

from ner.errors import ErasureRefused
from ner.spans import Document, Prediction, Span
from ner.training.samples import MAX_SAMPLES
from ner.versions.registry import Registry
from tests.support.models.easy_task import easy_documents
from tests.support.models.tiny_fixtures import one_thread  # noqa: F401
from tests.support.running.searching import files_with
from tests.support.store.stored import stored_documents
from tests.support.training.fake_training import (
    PROJECT,
    Clock,
    FakeTraining,
    add_change,
    approve,
    dependencies_for,
    runs,
    started_run,
)
from tests.support.training.real_retraining import real_retraining
from worker.erasing import erasure, no_training
from worker.erasing.erasure import Erased, erase
from worker.erasing.version_uses import version_uses
from worker.retrain.dependencies import RetrainDependencies
from worker.retrain.retrain import retrain
from worker.settings import Settings
from worker.store.corpus.changes import changes_since
from worker.store.corpus.named_documents import named_documents
from worker.store.corpus.revisions import record_withdrawals
from worker.store.database import Store
from worker.store.database.compaction import compact
from worker.store.database.schema import RevisionRow
from worker.store.served import Call, claim_answer
from worker.store.training.datasets import load_dataset
from worker.store.training.runs import finish_run

MARKER = "Zyxwvquux"
TEXT = f"at University of {MARKER} in"


def approve_marked(store: Store, name: str = "99") -> None:
    """Approves a document that becomes a sample, since it is the shortest one with a span."""
    approve(store, [Document(TEXT, (Span(3, len(TEXT) - 3, "ORG"),), id=name)], share=1e-9)


def ids(store: Store, *names: str) -> tuple[int, ...]:
    with store.read() as s:
        return tuple(document.id for document in named_documents(s, PROJECT, names))


def erase_here(
    settings: Settings, store: Store, document_ids: Collection[int], clock: Clock
) -> Erased:
    return erase(settings, store, PROJECT, document_ids, host="here", now=clock())


def uses(settings: Settings, store: Store, *names: str) -> list[str]:
    registry = Registry(settings.models_dir, PROJECT)
    with store.read() as s:
        return [str(use) for use in version_uses(s, registry, named_documents(s, PROJECT, names))]


def test_after_real_trainings_no_file_has_the_text_any_more(
    store: Store, tmp_path: Path, clock: Clock
) -> None:
    real = real_retraining(store, tmp_path, clock)
    settings = real.settings
    with store.begin() as s:
        answer = Prediction(TEXT, (Span(3, 9, "ORG"),), (0.9,), "v0001")
        assert claim_answer(s, Call(PROJECT, "answered", answer, clock()))
    approve(store, easy_documents(60), share=0.3)
    approve_marked(store)
    assert retrain(real, PROJECT).outcome == "promoted"
    approve(store, [dataclasses.replace(d, id=f"2-{d.id}") for d in easy_documents(6, seed=2)])
    assert retrain(real, PROJECT).warm_from == "v0001"
    found = files_with(tmp_path, MARKER)
    assert any(path.startswith("store.sqlite3") for path in found)
    manifests = [f"data/models/papers/versions/{v}/manifest.json" for v in ("v0001", "v0002")]
    assert [path for path in found if not path.startswith("store")] == manifests

    erased = erase_here(settings, store, ids(store, "99"), clock)
    assert erased.versions == ("v0001", "v0002")
    assert dataclasses.astuple(erased.rows) == (1, 1, 1, 0)
    assert compact(store)
    assert files_with(tmp_path, MARKER) == []
    for name in ("v0001", "v0002"):
        samples = real.registry(PROJECT).verify(name).manifest.samples
        assert len(samples) == MAX_SAMPLES - 1
    assert uses(settings, store, "99") == [
        "v0001: trained on 99",
        "v0002: trained on 99; continued from v0001",
    ]
    assert retrain(real, PROJECT, force=True).warm_from is None
    assert "v0002 learned from documents that were erased (1)" in str(runs(store)[0].start_reasons)
    assert files_with(tmp_path, MARKER) == []


@pytest.fixture
def trained(
    store: Store, settings: Settings, fake: FakeTraining, clock: Clock
) -> RetrainDependencies:
    """A project with a champion that was trained on the marked document."""
    fake.gold[TEXT] = (Span(3, len(TEXT) - 3, "ORG"),)
    approve_marked(store)
    dependencies, _ = dependencies_for(store, settings, fake, clock)
    assert retrain(dependencies, PROJECT).outcome == "promoted"
    return dependencies


def revisions(store: Store, document_id: int) -> list[tuple[Any, ...]]:
    query = select(RevisionRow).where(RevisionRow.document_id == document_id)
    with store.read() as s:
        rows = s.scalars(query.order_by(RevisionRow.id)).all()
        return [(row.kind, row.reason, row.text, row.spans, row.annotators) for row in rows]


def test_an_erasure_that_was_interrupted_is_finished_by_the_next(
    trained: RetrainDependencies, store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    (marked,) = ids(store, "99")
    with monkeypatch.context() as patch:
        patch.setattr(erasure, "erase_rows", killed)
        with pytest.raises(KeyboardInterrupt):
            erase_here(trained.settings, store, [marked], clock)
    # The store's texts are what the samples are found by, so they go last.
    assert Registry(trained.settings.models_dir, PROJECT).with_samples({TEXT}) == ()
    assert revisions(store, marked)[0][2] == TEXT
    erase_here(trained.settings, store, [marked], clock)
    withdrawn = ("withdrawn", "erased", "", [], [])
    assert revisions(store, marked) == [withdrawn, withdrawn]
    assert erase_here(trained.settings, store, [marked], clock) == Erased(erasure.ErasedRows(), ())
    assert revisions(store, marked) == [withdrawn, withdrawn]
    assert uses(trained.settings, store, "99") == ["v0001: trained on 99"]


def test_the_data_of_earlier_runs_lacks_an_erased_document_and_it_counts_as_changed(
    trained: RetrainDependencies, store: Store, clock: Clock
) -> None:
    run = runs(store)[0]
    erase_here(trained.settings, store, ids(store, "99"), clock)
    with store.read() as s:
        before = load_dataset(s, PROJECT, up_to=run.last_revision_id)
        assert all(document.text for document in (*before.train, *before.held_out))
        assert len(before.train) == run.documents - 1
        assert changes_since(s, PROJECT, run.last_revision_id).documents == 1


def test_nothing_is_erased_while_a_training_runs_here_or_elsewhere(
    trained: RetrainDependencies, store: Store, clock: Clock
) -> None:
    settings, (marked,) = trained.settings, ids(store, "99")
    started_run(store, clock, host="there")
    with pytest.raises(ErasureRefused, match="run 2 of project 'papers' is training on there"):
        erase_here(settings, store, [marked], clock)
    clock.forward(3600)
    started_run(store, clock, host="here")
    lock = FileLock(settings.data_dir / "training.lock")
    with lock, pytest.raises(ErasureRefused, match="is training on here"):
        erase_here(settings, store, [marked], clock)
    assert revisions(store, marked)[0][2] == TEXT
    assert Registry(settings.models_dir, PROJECT).with_samples({TEXT}) == ("v0001",)


def test_a_training_that_begins_elsewhere_meanwhile_stops_the_erasing(
    trained: RetrainDependencies, store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase_samples = Registry.erase_samples

    def begin_training(registry: Registry, texts: frozenset[str]) -> tuple[str, ...]:
        started_run(store, clock, host="there")
        return erase_samples(registry, texts)

    monkeypatch.setattr(Registry, "erase_samples", begin_training)
    (marked,) = ids(store, "99")
    with pytest.raises(ErasureRefused):
        erase_here(trained.settings, store, [marked], clock)
    assert revisions(store, marked)[0][2] == TEXT


def test_the_run_of_a_dead_process_is_ended_with_its_folder(
    trained: RetrainDependencies, store: Store, clock: Clock
) -> None:
    folder = trained.settings.runs_dir / PROJECT / "2-x" / "model"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(TEXT, encoding="utf-8")
    started_run(store, clock)
    erase_here(trained.settings, store, ids(store, "99"), clock)
    assert not (trained.settings.runs_dir / PROJECT).exists()
    run = runs(store)[0]
    assert (run.state, run.error) == (
        "failed",
        "a document was erased while this run was interrupted",
    )


def test_what_an_interrupted_restore_left_is_removed(
    trained: RetrainDependencies, store: Store, clock: Clock
) -> None:
    left = trained.settings.data_dir / ".tmp-restore-0123"
    left.mkdir()
    (left / "store.sqlite3").write_text(TEXT, encoding="utf-8")
    erase_here(trained.settings, store, ids(store, "99"), clock)
    assert not left.exists()


def test_nothing_is_erased_if_the_folder_of_a_run_cannot_be_removed(
    trained: RetrainDependencies, store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = trained.settings.runs_dir / PROJECT / "2-x"
    folder.mkdir(parents=True)

    def fails(_: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(no_training.shutil, "rmtree", fails)
    (marked,) = ids(store, "99")
    with pytest.raises(ErasureRefused, match=f"{folder.parent} .* Input/output error; nothing"):
        erase_here(trained.settings, store, [marked], clock)
    assert revisions(store, marked)[0][2] == TEXT


def test_what_a_killed_writer_left_of_a_manifest_is_removed(
    trained: RetrainDependencies, store: Store, clock: Clock
) -> None:
    registry = trained.registry(PROJECT)
    left = registry.get("v0001").path / ".tmp-manifest.json-0123"
    left.write_text(TEXT, encoding="utf-8")
    registry.verify("v0001")
    erase_here(trained.settings, store, ids(store, "99"), clock)
    assert not left.exists()


def test_an_error_that_quotes_the_text_is_replaced(
    trained: RetrainDependencies, store: Store, clock: Clock
) -> None:
    run = started_run(store, clock)
    with store.begin() as s:
        error = f"ValueError: cannot read {TEXT[:20]!r}"
        finish_run(s, run.id, "failed", error=error, now=clock())
    erased = erase_here(trained.settings, store, ids(store, "99"), clock)
    assert erased.rows.errors == 1
    assert runs(store)[0].error == "an error whose message quoted a document that was erased"


def test_a_training_after_an_erasure_starts_from_scratch_until_one_is_promoted(
    trained: RetrainDependencies, store: Store, clock: Clock, fake: FakeTraining
) -> None:
    add_change(store, fake)
    warm = retrain(trained, PROJECT)
    assert warm.warm_from == "v0001"
    erase_here(trained.settings, store, ids(store, "99"), clock)
    add_change(store, fake, seed=3)
    clock.now += timedelta(hours=1)
    assert retrain(trained, PROJECT).warm_from is None
    assert stored_documents_of(store)["99"] is False


def stored_documents_of(store: Store) -> dict[str, bool]:
    with store.read() as s:
        return {name: d.approved for name, d in stored_documents(s, PROJECT).items()}


def test_a_version_continued_from_one_that_learned_from_the_document_is_named(
    trained: RetrainDependencies, store: Store, clock: Clock, fake: FakeTraining
) -> None:
    with store.begin() as s:
        record_withdrawals(s, PROJECT, {"99": "unticked"}, now=clock())
    add_change(store, fake)
    assert retrain(trained, PROJECT).warm_from == "v0001"
    registry = trained.registry(PROJECT)
    champion = registry.current()
    registry.promote("v0002", expected=champion.version if champion else None, reason="")
    erase_here(trained.settings, store, ids(store, "99"), clock)
    assert uses(trained.settings, store, "99") == [
        "v0001: trained on 99",
        "v0002: continued from v0001",
    ]
    add_change(store, fake, seed=3)
    assert retrain(trained, PROJECT).warm_from is None
    assert "v0002 learned from documents that were erased (1)" in str(runs(store)[0].start_reasons)


def test_what_a_version_was_continued_from_is_known_once_that_is_gone(
    trained: RetrainDependencies, store: Store, clock: Clock, fake: FakeTraining
) -> None:
    with store.begin() as s:
        record_withdrawals(s, PROJECT, {"99": "unticked"}, now=clock())
    registry = trained.registry(PROJECT)
    for seed, version in ((2, "v0002"), (3, "v0003")):
        add_change(store, fake, seed=seed)
        assert retrain(trained, PROJECT).warm_from is not None
        champion = registry.current()
        registry.promote(version, expected=champion.version if champion else None, reason="")
    assert registry.prune(keep=0) == ("v0001",)
    assert uses(trained.settings, store, "99") == [
        "v0002: continued from v0001",
        "v0003: continued from v0002",
    ]


def test_a_version_says_which_documents_it_was_measured_on(
    store: Store, settings: Settings, fake: FakeTraining, clock: Clock
) -> None:
    approve(store, [Document(TEXT, (Span(0, 2, "ORG"),), id="98")], share=1 - 1e-9)
    fake.gold[TEXT] = (Span(0, 2, "ORG"),)
    dependencies, _ = dependencies_for(store, settings, fake, clock)
    retrain(dependencies, PROJECT)
    assert uses(settings, store, "98") == ["v0001: measured on 98"]
    settings.models_dir.joinpath(PROJECT, "versions", "v0001").rename(settings.data_dir / "gone")
    assert uses(settings, store, "98") == []
