"""What a training learns for decoding: from which documents, and where it is used."""

import dataclasses
import json
import re
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ner.decoding.decoding import Decoding
from ner.decoding.span_ends import learn_span_ends
from ner.decoding.span_filter import learn_span_filter
from ner.decoding.transitions import Transitions, learn_transitions
from ner.models.base_model import load_tokenizer
from ner.models.casing import keep_case
from ner.scoring.evaluation import Scores, evaluate
from ner.spans import Document, Span
from ner.tagger import Tagger
from ner.text.encoding import Encoder
from ner.training.data import prepare, split_validation, tagged_tokens
from ner.training.options import MIN_SCORE, TRANSITION_WEIGHT, TrainingOptions
from ner.training.training import train
from ner.training.versioning import write_version
from ner.versions.version import seal
from tests.ner.conftest import Trained
from tests.support.models.easy_task import LABEL, easy_documents, texts

# Decodes every word as a span of its own.
EAGER = Transitions(((0.0, 1e3, 0.0),) * 3, whole_words=True)


def every_word_a_span(documents: Sequence[Document]) -> tuple[Document, ...]:
    return tuple(
        Document(text, tuple(Span(*word.span(), LABEL) for word in re.finditer(r"\w+", text)))
        for text in texts(documents)
    )


def scores(folder: Path, documents: Sequence[Document]) -> Scores:
    predictions = Tagger.load(folder).predict(texts(documents))
    return evaluate(documents, [prediction.spans for prediction in predictions])


def learned_from(documents: Sequence[Document], encoder: Encoder) -> Transitions:
    tagged = tagged_tokens(prepare(documents, encoder, [LABEL]))
    return learn_transitions(tagged, [LABEL], weight=TRANSITION_WEIGHT)


def test_what_was_learned_is_in_the_manifest_and_in_a_loaded_tagger(trained: Trained) -> None:
    learned = trained.report.decoding.transitions
    assert learned.weights is not None
    assert learned.whole_words
    assert trained.version.manifest.transitions == learned
    kept = trained.report.decoding.span_filter
    assert kept.min_score == MIN_SCORE
    assert trained.version.manifest.span_filter == kept
    ends = trained.report.decoding.span_ends
    assert len(ends.starts) == 1
    assert trained.version.manifest.span_ends == ends
    assert Tagger.load(trained.version.path).decoding == Decoding((LABEL,), learned, kept, ends)


def test_validation_scoring_and_serving_decode_with_what_was_learned(
    tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ner.training.training.learn_transitions", lambda *_, **_weight: EAGER)
    dev = every_word_a_span(easy_documents(5, seed=9))
    report = train(
        every_word_a_span(easy_documents(12)),
        options=TrainingOptions(
            base_model=str(tiny_base),
            learning_rate=1e-9,
            epochs=1,
            validation_share=0.25,
            min_score=0,
        ),
        output=tmp_path / "v",
        work_dir=tmp_path / "work",
        dev=dev,
    )
    version = write_version(tmp_path / "v", report, created_at=datetime(2026, 11, 23, tzinfo=UTC))
    assert report.validation_f1 is not None
    assert report.validation_f1 > 0.9
    assert report.dev is not None
    assert report.dev.strict.micro.f1 > 0.9
    assert scores(version.path, dev) == report.dev
    # The score came from the transitions alone: the model itself has learned nothing.
    seal(version.path, dataclasses.replace(version.manifest, transitions=Transitions()))
    assert scores(version.path, dev).strict.micro.f1 < 0.5


def test_nothing_is_learned_from_documents_set_aside_for_validation(
    tiny_base: Path, tmp_path: Path
) -> None:
    documents = easy_documents(12)
    options = TrainingOptions(base_model=str(tiny_base), epochs=1, validation_share=0.25)
    report = train(documents, options=options, output=tmp_path / "v", work_dir=tmp_path / "work")
    tokenizer = load_tokenizer(str(tiny_base))
    keep_case(tokenizer)
    encoder = Encoder(tokenizer.backend_tokenizer, window=384, overlap=64)
    split = split_validation(documents, share=0.25, seed=options.seed)
    assert report.decoding.transitions == learned_from(split.training, encoder)
    assert report.decoding.transitions != learned_from(documents, encoder)


def test_a_warm_training_learns_from_the_documents_that_it_passes_over_too(
    trained: Trained, tmp_path: Path
) -> None:
    documents = [*trained.documents, *easy_documents(2, seed=7)]
    report = train(
        documents,
        options=TrainingOptions(
            base_model=trained.report.base_model,
            warm_from=trained.version.path,
            epochs=1,
            replay=2,
        ),
        output=tmp_path / "out",
        work_dir=tmp_path / "work",
    )
    assert report.passed_over == 56
    encoder = Encoder(
        load_tokenizer(str(trained.version.path), line_breaks=False).backend_tokenizer,
        window=384,
        overlap=64,
    )
    assert report.decoding.transitions == learned_from(documents, encoder)


def test_the_span_filter_is_learned_from_the_documents_that_transitions_are_learned_from(
    tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ner.decoding.span_filter.SHORTER_SHARE", 0.1)
    documents = easy_documents(40)
    options = TrainingOptions(
        base_model=str(tiny_base), epochs=1, validation_share=0.25, min_score=0.2
    )
    report = train(documents, options=options, output=tmp_path / "v", work_dir=tmp_path / "work")
    trained_on = split_validation(documents, share=0.25, seed=options.seed).training
    assert report.decoding.span_filter == learn_span_filter(trained_on, [LABEL], min_score=0.2)
    assert report.decoding.span_filter.min_characters > (0,)


def test_the_span_ends_are_learned_from_these_documents_too(
    tiny_base: Path, tmp_path: Path
) -> None:
    documents = [
        Document(
            f"{document.text[: span.end]}, {document.text[span.end :]}", (span,), id=document.id
        )
        for document in easy_documents(40)
        for span in document.spans
    ]
    options = TrainingOptions(base_model=str(tiny_base), epochs=1, validation_share=0.25)
    report = train(documents, options=options, output=tmp_path / "v", work_dir=tmp_path / "work")
    trained_on = split_validation(documents, share=0.25, seed=options.seed).training
    assert report.decoding.span_ends == learn_span_ends(trained_on, [LABEL])
    assert report.decoding.span_ends.ends[0].outside == ","


def test_a_version_of_the_first_format_is_decoded_without_what_it_lacks(
    trained: Trained, tmp_path: Path
) -> None:
    folder = tmp_path / "old"
    shutil.copytree(trained.version.path, folder)
    seal(folder, dataclasses.replace(trained.version.manifest, format=1))
    content = json.loads((folder / "manifest.json").read_text())
    del content["transitions"], content["span_filter"], content["span_ends"]
    (folder / "manifest.json").write_text(json.dumps(content))
    assert Tagger.load(folder).decoding == Decoding((LABEL,))
