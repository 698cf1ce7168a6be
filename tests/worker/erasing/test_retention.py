import logging
from datetime import timedelta

import pytest

from ner.spans import Document, Span
from tests.support.store.statements import counted
from tests.support.training.fake_training import PROJECT, Clock, FakeTraining, approve, started_run
from worker.erasing import retention
from worker.erasing.erasure import Erased
from worker.erasing.retention import erase_withdrawn
from worker.retrain.dependencies import RetrainDependencies
from worker.retrain.retrain import retrain
from worker.settings import Settings
from worker.store.corpus.named_documents import named_documents
from worker.store.corpus.revisions import record_withdrawals
from worker.store.database import Store
from worker.store.removal.erasing import texts_of

SPAN = Span(0, 4, "ORG")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"withdrawn_days": 30.0})


def withdrawn(store: Store, clock: Clock, count: int, *, first: int = 1000) -> None:
    """Approves and withdraws so many documents."""
    documents = [
        Document(f"Acme number {number}", (SPAN,), id=str(number))
        for number in range(first, first + count)
    ]
    approve(store, documents)
    with store.begin() as s:
        reasons = {document.id: "unticked" for document in documents}
        record_withdrawals(s, PROJECT, reasons, now=clock())


def texts(store: Store, *names: str) -> frozenset[str]:
    with store.read() as s:
        return texts_of(s, [d.id for d in named_documents(s, PROJECT, names)])


def erase_at(settings: Settings, store: Store, clock: Clock, days: float) -> Erased | None:
    return erase_withdrawn(settings, store, PROJECT, clock() + timedelta(days=days))


def test_documents_are_erased_once_they_are_withdrawn_long_enough(
    settings: Settings, store: Store, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    withdrawn(store, clock, 2)
    assert erase_at(settings, store, clock, 29) is None
    assert texts(store, "1000", "1001") != frozenset()
    erased = erase_at(settings, store, clock, 31)
    assert erased is not None
    assert erased.rows.revisions == 2
    assert texts(store, "1000", "1001") == frozenset()
    assert "erased project=papers documents=2 revisions=2" in caplog.text
    assert erase_at(settings, store, clock, 31) is None


def test_documents_are_kept_for_ever_by_default(
    settings: Settings, store: Store, clock: Clock
) -> None:
    assert Settings.model_fields["withdrawn_days"].default is None
    withdrawn(store, clock, 1)
    kept = settings.model_copy(update={"withdrawn_days": None})
    assert erase_at(kept, store, clock, 10_000) is None
    assert texts(store, "1000") != frozenset()


def test_no_more_than_a_number_of_documents_are_erased_at_once(
    settings: Settings, store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    withdrawn(store, clock, 3)
    for expected in (2, 1):
        erased = erase_at(settings, store, clock, 31)
        assert erased is not None
        assert erased.rows.revisions == expected


def test_samples_go_too_unless_another_document_is_approved_with_the_text(
    store: Store,
    settings: Settings,
    dependencies: RetrainDependencies,
    fake: FakeTraining,
    clock: Clock,
) -> None:
    texts = {"1000": "Acme number 1000", "1001": "Acme number 1001", "1002": "Acme number 1001"}
    documents = [Document(text, (SPAN,), id=name) for name, text in texts.items()]
    fake.gold |= {document.text: document.spans for document in documents}
    approve(store, documents, share=1e-9)
    retrain(dependencies, PROJECT)
    registry = dependencies.registry(PROJECT)
    assert registry.with_samples({"Acme number 1000"}) == ("v0001",)
    with store.begin() as s:
        record_withdrawals(s, PROJECT, {"1000": "unticked", "1001": "deleted"}, now=clock())
    erased = erase_at(settings, store, clock, 31)
    assert erased is not None
    assert erased.versions == ("v0001",)
    assert registry.with_samples({"Acme number 1000"}) == ()
    assert registry.with_samples({"Acme number 1001"}) == ("v0001",)


def test_while_a_training_runs_documents_are_kept_until_the_next_time(
    settings: Settings, store: Store, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    withdrawn(store, clock, 1)
    clock.forward(31 * 86_400)
    started_run(store, clock, host="there")
    assert erase_at(settings, store, clock, 0) is None
    assert "withdrawn documents are kept project=papers: run 1 of project" in caplog.text
    assert texts(store, "1000") != frozenset()
    assert erase_at(settings, store, clock, 1) is not None


def test_what_erasing_costs_does_not_depend_on_the_documents_there(
    settings: Settings, store: Store, clock: Clock
) -> None:
    statements = []
    for corpus in (50, 500):
        approved = [
            Document(f"University {number}", (), id=str(number)) for number in range(corpus)
        ]
        approve(store, approved)
        withdrawn(store, clock, 5, first=corpus * 100)
        with counted(store) as nothing_due:
            assert erase_at(settings, store, clock, 1) is None
        with counted(store) as due:
            assert erase_at(settings, store, clock, 31) is not None
        statements.append((nothing_due.statements, due.statements, due.rows))
    assert statements[0] == statements[1]
