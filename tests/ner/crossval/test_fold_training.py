"""One fold with a tiny model that is trained."""

from functools import partial
from pathlib import Path
from statistics import fmean

import pytest

from ner.crossval.fold_training import candidate_for, train_and_read
from ner.decoding.decoding import decode
from ner.errors import BaseModelError
from ner.scoring.evaluation import evaluate
from ner.spans import Document, Span
from ner.tagger import Tagger
from ner.training.options import TrainingOptions
from ner.training.progress import Stage, TrainingProgress
from tests.ner.conftest import Trained
from tests.support.models.easy_task import LABEL, easy_documents
from tests.support.models.tiny_model import build_tiny_base_model

UNSEEN = easy_documents(20, seed=99)


def options(base: Path) -> TrainingOptions:
    return TrainingOptions(base_model=str(base), learning_rate=2e-3, epochs=8, window=32, overlap=8)


def test_held_out_documents_are_read_after_an_interrupted_call(
    tiny_base: Path, tmp_path: Path
) -> None:
    def interrupt(progress: TrainingProgress) -> None:
        if progress.stage is Stage.SAVING:
            raise KeyboardInterrupt

    read = partial(
        train_and_read,
        easy_documents(60),
        (*UNSEEN, Document(UNSEEN[0].text, (Span(0, 2, "RARE"),))),
        labels=[LABEL, "RARE"],
        options=options(tiny_base),
        work_dir=tmp_path,
    )
    events: list[TrainingProgress] = []
    with pytest.raises(KeyboardInterrupt):
        read(progress=interrupt)
    *readings, odd = read(progress=events.append)

    estimate = next(event for event in events if event.stage is Stage.ESTIMATE)
    assert estimate.step > 0
    gold = [tuple(judged.span for judged in reading.gold) for reading in readings]
    assert gold == [document.spans for document in UNSEEN]
    predicted = [tuple(judged.span for judged in reading.predicted) for reading in readings]
    assert evaluate(UNSEEN, predicted).strict.micro.f1 > 0.8
    predictions = [judged for reading in readings for judged in reading.predicted]
    assert fmean(judged.probability for judged in predictions) > 0.5
    assert 0.0 < odd.gold[0].probability < 0.1 < odd.gold[0].outside


def test_decoding_the_token_scores_gives_the_predictions(trained: Trained) -> None:
    tagger = Tagger.load(trained.version.path)
    texts = ["", *(document.text for document in easy_documents(3, seed=5, sentences=20))]
    token_scores = tagger.token_scores(texts)
    for text, prediction, scores in zip(texts, tagger.predict(texts), token_scores, strict=True):
        if text:
            decoded = decode(text, scores.offsets, scores.log_probs, tagger.decoding)
            assert decoded == (prediction.spans, prediction.scores)
    assert len(token_scores[0].offsets) == 0


def test_the_identity_of_a_local_base_model_changes_with_its_files(tmp_path: Path) -> None:
    base = build_tiny_base_model(tmp_path / "base", ["a text"], seed=1)
    same = build_tiny_base_model(tmp_path / "same", ["a text"], seed=1)
    other = build_tiny_base_model(tmp_path / "other", ["a text"], seed=2)
    first, second, third = (candidate_for(options(each)).identity for each in (base, same, other))
    assert first == second != third


def test_an_unusable_base_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(BaseModelError, match="cannot be used"):
        candidate_for(options(tmp_path))
