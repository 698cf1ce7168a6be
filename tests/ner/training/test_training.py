import dataclasses
import math
from pathlib import Path

import pytest
from transformers import BertConfig, BertForTokenClassification

from ner.errors import BaseModelError, TrainingError
from ner.spans import Document, Span
from ner.tagger import Tagger
from ner.training.options import TrainingOptions
from ner.training.progress import Stage, TrainingProgress
from ner.training.training import train
from ner.versions.trained_on import TRAINED_ON_FILE
from tests.ner.conftest import Trained
from tests.support.models.easy_task import LABEL, easy_documents, texts
from tests.support.models.model_weights import same_weights
from tests.support.training.stopped_training import StoppedError

DOCUMENTS = easy_documents(24)


def test_an_easy_task_is_learned_and_carried_over_to_unseen_names(trained: Trained) -> None:
    assert trained.report.dev is not None
    assert trained.report.dev.strict.micro.f1 > 0.9
    assert trained.report.validation_f1 is not None
    assert trained.report.validation_f1 > 0.9


def test_the_saved_version_predicts_as_the_report_says(trained: Trained) -> None:
    predictions = Tagger.load(trained.version.path).predict(texts(trained.unseen))
    right = sum(
        len({*document.spans} & {*prediction.spans})
        for document, prediction in zip(trained.unseen, predictions, strict=True)
    )
    assert trained.report.dev is not None
    micro = trained.report.dev.strict.micro
    assert right == round(micro.recall * micro.support)


def test_the_report_counts_documents_windows_and_spans(trained: Trained) -> None:
    report = trained.report
    assert (report.labels, report.window, report.overlap) == ((LABEL,), 32, 8)
    assert (report.documents, report.validation_documents) == (60, 9)
    assert report.windows > 51
    assert report.label_spans == {LABEL: sum(len(d.spans) for d in trained.documents)}
    assert 0 < report.best_step <= report.steps
    assert report.loss is not None
    assert report.loss < 0.5
    assert report.resumed_from is None


def test_only_weights_tokenizer_config_and_the_list_of_documents_are_written(
    quick: TrainingOptions, tmp_path: Path
) -> None:
    train(DOCUMENTS, options=quick, output=tmp_path / "out", work_dir=tmp_path / "work")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    model = {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}
    assert names == model | {TRAINED_ON_FILE}
    assert {path.name for path in tmp_path.iterdir()} == {"out", "work"}


def test_the_same_seed_gives_the_same_weights_in_whatever_order_the_documents_come(
    quick: TrainingOptions, tmp_path: Path
) -> None:
    for name, documents in {"a": DOCUMENTS, "b": DOCUMENTS[::-1]}.items():
        train(documents, options=quick, output=tmp_path / name, work_dir=tmp_path / f"work-{name}")
    other = dataclasses.replace(quick, seed=2)
    train(DOCUMENTS, options=other, output=tmp_path / "c", work_dir=tmp_path / "work-c")
    assert same_weights(tmp_path / "a", tmp_path / "b")
    assert not same_weights(tmp_path / "a", tmp_path / "c")


def test_progress_has_an_estimate_before_the_first_step_then_loss_f1_and_time_left(
    quick: TrainingOptions, tmp_path: Path
) -> None:
    events: list[TrainingProgress] = []
    train(
        DOCUMENTS,
        options=quick,
        output=tmp_path / "out",
        work_dir=tmp_path / "work",
        progress=events.append,
    )
    stages = [event.stage for event in events]
    assert stages[:3] == [Stage.PREPARING, Stage.ESTIMATE, Stage.TRAINING]
    assert stages[-2:] == [Stage.SAVING, Stage.DONE]
    estimate = events[1]
    assert estimate.step == 0
    assert estimate.steps == 15
    assert estimate.epochs == 3
    assert estimate.seconds_left is not None
    assert estimate.seconds_left > 0
    validation = next(event for event in events if event.stage is Stage.VALIDATION)
    assert validation.loss is not None
    assert validation.f1 is not None
    assert validation.seconds_left is not None
    assert [event.step for event in events if event.stage is Stage.TRAINING] == [*range(1, 16)]
    assert events[-1].seconds_left == 0.0


def test_without_a_validation_part_all_documents_are_trained_on(
    quick: TrainingOptions, tmp_path: Path
) -> None:
    options = dataclasses.replace(quick, validation_share=0.0)
    report = train(DOCUMENTS, options=options, output=tmp_path / "out", work_dir=tmp_path / "work")
    assert (report.validation_documents, report.validation_f1) == (0, None)
    assert report.best_step == report.steps


def test_a_few_documents_are_all_trained_on_and_the_last_step_is_kept(
    quick: TrainingOptions, tmp_path: Path
) -> None:
    report = train(
        DOCUMENTS[:8], options=quick, output=tmp_path / "out", work_dir=tmp_path / "work"
    )
    assert report.validation_documents == 0
    assert report.validation_f1 is None
    assert report.best_step == report.steps == 6


@pytest.mark.parametrize(("sentences", "steps"), [(1, 11), (20, 22)])
def test_sentences_come_in_larger_batches_than_long_documents(
    quick: TrainingOptions, tmp_path: Path, sentences: int, steps: int
) -> None:
    """There are 176 windows: of a sentence, in batches of 16, or of 100 tokens and more, of 8."""
    options = dataclasses.replace(
        quick, batch_size=None, epochs=1, validation_share=0.0, spanless_share=1.0
    )
    events: list[TrainingProgress] = []

    def stop_at_the_estimate(progress: TrainingProgress) -> None:
        events.append(progress)
        if progress.stage is Stage.ESTIMATE:
            raise StoppedError

    with pytest.raises(StoppedError):
        train(
            easy_documents(176, sentences=sentences),
            options=options,
            output=tmp_path / "out",
            work_dir=tmp_path / "work",
            progress=stop_at_the_estimate,
        )
    assert events[-1].steps == steps


def test_long_documents_and_documents_without_spans_are_trained_on_whole(
    quick: TrainingOptions, tmp_path: Path
) -> None:
    long = easy_documents(3, sentences=150)
    empty = tuple(Document(text) for text in texts(easy_documents(3, seed=5)))
    options = dataclasses.replace(quick, epochs=1)
    report = train(
        [*long, *empty, Document("")],
        options=options,
        output=tmp_path / "out",
        work_dir=tmp_path / "work",
    )
    assert report.documents == 7
    assert report.windows > 12
    assert not report.dropped


def test_spans_that_cannot_be_tagged_are_counted_with_their_reasons(
    quick: TrainingOptions, tmp_path: Path
) -> None:
    text = DOCUMENTS[0].text
    odd = Document(
        text, (Span(0, 4, LABEL), Span(0, 9, LABEL), Span(0, 5, "OTHER"), Span(12, 14, LABEL))
    )
    report = train(
        [odd, *DOCUMENTS[1:8]],
        labels=[LABEL],
        options=dataclasses.replace(quick, epochs=1),
        output=tmp_path / "out",
        work_dir=tmp_path / "work",
    )
    assert report.dropped == {"overlaps a span that was kept": 1, "unknown label": 1}
    assert report.inexact == {"a boundary lies inside a token": 2}


def test_dropout_is_off_for_the_training_alone(quick: TrainingOptions, tmp_path: Path) -> None:
    train(DOCUMENTS[:8], options=quick, output=tmp_path / "out", work_dir=tmp_path / "work")
    config = BertConfig.from_pretrained(tmp_path / "out")
    assert config.hidden_dropout_prob == 0.1
    assert config.attention_probs_dropout_prob == 0.1


def test_a_window_wider_than_the_model_is_narrowed(quick: TrainingOptions, tmp_path: Path) -> None:
    options = dataclasses.replace(quick, window=4096, overlap=64, epochs=1)
    report = train(DOCUMENTS, options=options, output=tmp_path / "out", work_dir=tmp_path / "work")
    assert (report.window, report.overlap) == (512, 64)


def test_trainings_in_one_process_can_differ_in_precision(
    quick: TrainingOptions, tmp_path: Path
) -> None:
    for bf16 in (False, True):
        options = dataclasses.replace(quick, bf16=bf16, epochs=1)
        output, work = tmp_path / f"{bf16}", tmp_path / f"work-{bf16}"
        train(DOCUMENTS, options=options, output=output, work_dir=work)
    assert not same_weights(tmp_path / "False", tmp_path / "True")


def test_a_training_stops_early_when_validations_stay_flat(
    trained: Trained, tmp_path: Path
) -> None:
    options = TrainingOptions(
        base_model=trained.report.base_model,
        warm_from=trained.version.path,
        learning_rate=1e-7,
        epochs=2,
        patience=2,
        validation_share=0.15,
    )
    report = train(
        trained.documents, options=options, output=tmp_path / "out", work_dir=tmp_path / "work"
    )
    interval = math.ceil(2 * math.ceil(report.windows / 4) / 10)
    assert report.steps == 3 * interval


def test_an_integration_that_cannot_be_used_raises_an_error_with_its_name(
    quick: TrainingOptions, tmp_path: Path
) -> None:
    options = dataclasses.replace(quick, report_to=("no_such_tracker",))
    with pytest.raises(TrainingError, match="no_such_tracker"):
        train(DOCUMENTS, options=options, output=tmp_path / "out", work_dir=tmp_path / "work")


def test_a_training_that_diverges_raises_and_writes_nothing(
    quick: TrainingOptions, tmp_path: Path
) -> None:
    options = dataclasses.replace(quick, learning_rate=0.99, epochs=20, bf16=False)
    model = BertForTokenClassification.from_pretrained(options.base_model)
    model.bert.embeddings.word_embeddings.weight.data.fill_(float("nan"))
    model.bert.save_pretrained(tmp_path / "broken")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (tmp_path / "broken" / name).write_bytes((Path(options.base_model) / name).read_bytes())
    options = dataclasses.replace(options, base_model=str(tmp_path / "broken"))
    with pytest.raises(TrainingError, match="the training diverged, its scores are not finite"):
        train(DOCUMENTS, options=options, output=tmp_path / "out", work_dir=tmp_path / "work")
    assert not (tmp_path / "out").exists()


def test_documents_without_a_span_are_refused(quick: TrainingOptions, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="none of the 2 documents has a span"):
        train(
            [Document("a"), Document("b")],
            options=quick,
            output=tmp_path / "out",
            work_dir=tmp_path / "work",
        )


def test_an_output_that_is_not_empty_is_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("precious")
    with pytest.raises(TrainingError, match="is not empty"):
        train(
            DOCUMENTS,
            options=TrainingOptions(base_model="/no/such/model"),
            output=tmp_path,
            work_dir=tmp_path / "work",
        )
    assert (tmp_path / "kept").read_text() == "precious"


def test_a_wrong_base_model_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(BaseModelError, match="/no/such/model"):
        train(
            DOCUMENTS,
            options=TrainingOptions(base_model="/no/such/model"),
            output=tmp_path / "out",
            work_dir=tmp_path / "work",
        )
    assert not list(tmp_path.iterdir())
