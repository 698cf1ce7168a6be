import dataclasses
import random
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import pytest

from ner.crossval.crossval import Candidate, CrossValidation, Pair, cross_validate
from ner.errors import TrainingError
from ner.hashing import text_hash
from ner.spans import Document, Span
from ner.training.options import TrainingOptions
from tests.support.models.easy_task import LABEL, easy_documents
from tests.support.training.fake_readings import FakeFolds, Recorder

EASY = easy_documents(20)
COPIES = [dataclasses.replace(d, text=d.text.upper(), id=f"{d.id}b") for d in EASY[:4]]
DOCUMENTS = (*EASY, *COPIES)


def candidate(name: str, identity: str = "files", **options: int) -> Candidate:
    return Candidate(TrainingOptions(base_model=name, **options), identity)  # type: ignore[arg-type]


A, B = candidate("a"), candidate("b")


def run(
    folder: Path,
    fake: FakeFolds,
    *candidates: Candidate,
    documents: Sequence[Document] = DOCUMENTS,
    folds: int = 4,
    recorder: Recorder | None = None,
) -> CrossValidation:
    ticks = count(step=10)
    return cross_validate(
        documents,
        candidates or (A, B),
        folds=folds,
        seed=1,
        folder=folder,
        read=fake,
        listener=recorder or Recorder(),
        clock=lambda: next(ticks),
    )


def test_each_document_is_read_once_by_a_model_that_saw_no_copy_of_it(tmp_path: Path) -> None:
    fake = FakeFolds()
    run(tmp_path, fake)
    for name in ("a", "b"):
        folds = [(training, held) for base, training, held in fake.trained if base == name]
        read = [document.id for _, held in folds for document in held]
        assert sorted(read) == sorted(document.id for document in DOCUMENTS)
        for training, held in folds:
            seen, unseen = ({text_hash(d.text) for d in part} for part in (training, held))
            assert not seen & unseen
            assert len(training) + len(held) == len(DOCUMENTS)


def test_the_readings_are_in_the_order_of_the_documents(tmp_path: Path) -> None:
    result = run(tmp_path, FakeFolds())
    assert sorted(d.id for d in result.documents) == sorted(d.id for d in DOCUMENTS)
    for readings in (result.readings["a"], result.readings["b"]):
        for document, reading in zip(result.documents, readings, strict=True):
            assert tuple(judged.span for judged in reading.predicted) == document.spans
    assert result.seconds == {"a": 40, "b": 40}


def test_every_fold_is_trained_with_all_labels(tmp_path: Path) -> None:
    rare = Document("a rare thing", (Span(2, 6, "RARE"),))
    fake = FakeFolds()
    run(tmp_path, fake, documents=(*DOCUMENTS, rare))
    assert fake.labels == {(LABEL, "RARE")}


def test_an_interrupted_cross_validation_continues_with_the_fold_it_stopped_at(
    tmp_path: Path,
) -> None:
    def stop(document: Document, options: TrainingOptions) -> Sequence[Span]:
        if len(fake.trained) == 5:
            raise KeyboardInterrupt
        return document.spans

    fake, again, recorder = FakeFolds(stop), FakeFolds(), Recorder()
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, fake)
    assert [path.name for path in tmp_path.glob("work/*/*/checkpoint")] == ["checkpoint"]

    result = run(tmp_path, again, recorder=recorder)
    assert len(again.trained) == 3
    assert [found for _, _, found, _ in recorder.done] == [True] * 5 + [False] * 3
    assert result == run(tmp_path / "at once", FakeFolds())
    assert not [*tmp_path.glob("work/*/*")]


def test_the_work_folder_of_a_finished_fold_is_removed(tmp_path: Path) -> None:
    run(tmp_path, FakeFolds(), A)
    (file,) = tmp_path.glob("predictions/*/fold-2.json")
    work = tmp_path / "work" / file.parent.name / "fold-2"
    work.mkdir(parents=True)
    (work / "model.safetensors").touch()
    run(tmp_path, FakeFolds(), A)
    assert not work.exists()


def test_the_order_of_the_documents_changes_nothing(tmp_path: Path) -> None:
    shuffled = random.Random(3).sample(DOCUMENTS, len(DOCUMENTS))
    fake = FakeFolds()
    assert run(tmp_path, FakeFolds()) == run(tmp_path, fake, documents=shuffled)
    assert fake.trained == []


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        (candidate("a", epochs=2), 4),
        (candidate("a", identity="other files"), 4),
        (candidate("c"), 4),
        (A, 0),
    ],
)
def test_a_changed_candidate_trains_again_and_an_unchanged_one_does_not(
    tmp_path: Path, changed: Candidate, again: int
) -> None:
    run(tmp_path, FakeFolds(), A)
    fake = FakeFolds()
    run(tmp_path, fake, changed)
    assert len(fake.trained) == again


def test_a_corrected_document_makes_all_folds_train_again(tmp_path: Path) -> None:
    run(tmp_path, FakeFolds(), A)
    corrected = dataclasses.replace(DOCUMENTS[0], spans=DOCUMENTS[0].spans[1:])
    fake = FakeFolds()
    run(tmp_path, fake, A, documents=(corrected, *DOCUMENTS[1:]))
    assert len(fake.trained) == 4


def test_other_libraries_make_it_train_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path, FakeFolds(), A)
    monkeypatch.setattr("ner.crossval.crossval.library_versions", lambda: {"torch": "99"})
    fake = FakeFolds()
    run(tmp_path, fake, A)
    assert len(fake.trained) == 4


def test_the_listener_is_called_for_every_pair_with_the_time_left(tmp_path: Path) -> None:
    recorder = Recorder()
    run(tmp_path, FakeFolds(), folds=2, recorder=recorder)
    pairs = [("a", 1, 1), ("b", 1, 2), ("a", 2, 3), ("b", 2, 4)]
    assert recorder.begun == [
        Pair(base_model=name, fold=fold, folds=2, number=number, pairs=4)
        for name, fold, number in pairs
    ]
    assert [left for *_, left in recorder.done] == [30, 20, 10, 0]
    assert [progress.step for progress in recorder.events] == [1] * 4


def test_base_models_with_similar_names_have_different_files(tmp_path: Path) -> None:
    def predict(document: Document, options: TrainingOptions) -> Sequence[Span]:
        return document.spans if options.base_model == "a/b" else ()

    fake = FakeFolds(predict)
    run(tmp_path, fake, candidate("a/b"), candidate("a-b"))
    again = FakeFolds()
    result = run(tmp_path, again, candidate("a/b"), candidate("a-b"))
    assert again.trained == []
    assert any(reading.predicted for reading in result.readings["a/b"])
    assert not any(reading.predicted for reading in result.readings["a-b"])


def test_documents_without_spans_are_refused(tmp_path: Path) -> None:
    bare = [dataclasses.replace(document, spans=()) for document in DOCUMENTS]
    with pytest.raises(TrainingError, match="none of the 24 documents has a span"):
        run(tmp_path, FakeFolds(), documents=bare)
