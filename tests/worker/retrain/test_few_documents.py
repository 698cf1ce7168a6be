"""Real trainings of the first documents of a project: of one to five, held out or not."""

from pathlib import Path

import pytest

from ner.fastest_tagger import load_fastest
from ner.hashing import Side, side_of, text_hash
from ner.spans import Span
from ner.tagger import Tagger
from ner.training.exporting import export_version
from ner.training.training import train
from tests.support.models.easy_task import easy_documents, texts
from tests.support.models.tiny_fixtures import one_thread  # noqa: F401
from tests.support.models.tiny_model import build_tiny_base_model
from tests.support.store.stored import record_approved
from tests.support.training.fake_training import PROJECT, Clock, runs, settings_for
from worker.retrain.dependencies import RetrainDependencies
from worker.retrain.retrain import retrain
from worker.store.corpus.revisions import Approval
from worker.store.database import Store
from worker.store.labels import sync_labels

LABELS = ("PERSON", "CITY", "COMPANY")


def on_side(side: Side, count: int) -> list[str]:
    """Texts that are on this side when half of the documents are held out."""
    found = (f"Aino of Turku works at Kone {n}" for n in range(99))
    return [text for text in found if side_of(text_hash(text), 0.5) == side][:count]


@pytest.fixture
def real(store: Store, tmp_path: Path, clock: Clock) -> RetrainDependencies:
    base = build_tiny_base_model(tmp_path / "base", texts(easy_documents(20)))
    return RetrainDependencies(
        store=store,
        settings=settings_for(tmp_path / "data").model_copy(update={"base_model": str(base)}),
        host="here",
        train=train,
        load=load_fastest,
        load_reference=Tagger.load,
        export=export_version,
        clock=clock,
        report=lambda _: None,
    )


@pytest.mark.parametrize(("training", "held_out"), [(1, 0), (2, 0), (5, 0), (4, 1), (1, 2)])
def test_the_first_model_is_made_of_a_few_documents_with_each_label_once(
    real: RetrainDependencies, store: Store, clock: Clock, training: int, held_out: int
) -> None:
    first, *others = (*on_side("train", training), *on_side("held_out", held_out))
    spans = (Span(0, 4, "0"), Span(8, 13, "1"), Span(23, 27, "2"))
    with store.begin() as session:
        sync_labels(session, PROJECT, dict(enumerate(LABELS)))
        for text in (first, *others):
            approval = Approval(text, text, spans if text == first else spans[:1])
            record_approved(session, PROJECT, approval, share=0.5, now=clock())
    result = retrain(real, PROJECT)
    assert result.outcome == "promoted"
    assert "provisional" in " ".join(result.reasons)
    assert runs(store)[0].documents == training
    version = real.registry(PROJECT).verify("v0001")
    assert version.manifest.labels == tuple(sorted(LABELS))
    Tagger.load(version.path).predict([first])


def test_with_every_document_held_out_there_is_nothing_to_train_on(
    real: RetrainDependencies, store: Store, clock: Clock
) -> None:
    with store.begin() as session:
        sync_labels(session, PROJECT, dict(enumerate(LABELS)))
        for text in on_side("held_out", 5):
            approval = Approval(text, text, (Span(0, 4, "0"),))
            record_approved(session, PROJECT, approval, share=0.5, now=clock())
    assert retrain(real, PROJECT).outcome == "nothing"
    assert runs(store) == ()
