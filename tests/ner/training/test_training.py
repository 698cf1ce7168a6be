import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from transformers import BertConfig, BertForTokenClassification

from ner.errors import BaseModelError, TrainingError
from ner.spans import Document, Span
from ner.tagger import Tagger
from ner.training.options import TrainingOptions
from ner.training.progress import Stage, TrainingProgress
from ner.training.training import train
from ner.versions.trained_on import TRAINED_ON_FILE, document_difference, read_trained_on
from tests.ner.conftest import Trained
from tests.support.easy_task import LABEL, easy_documents, texts

DOCUMENTS = easy_documents(24)


@pytest.fixture
def quick(tiny_base: Path) -> TrainingOptions:
    """Too short to learn much, long enough to be stopped in the middle."""
    return TrainingOptions(
        base_model=str(tiny_base),
        learning_rate=2e-3,
        epochs=3,
        batch_size=4,
        overlap=8,
        validation_share=0.15,
    )


class StoppedError(Exception):
    pass


class StopAt:
    """A listener that ends the training once `step` steps are done and checkpoints written."""

    def __init__(self, step: int) -> None:
        self._step = step

    def __call__(self, progress: TrainingProgress) -> None:
        if progress.stage is Stage.TRAINING and progress.step == self._step:
            raise StoppedError


def weights(folder: Path) -> dict[str, np.ndarray]:
    return load_file(folder / "model.safetensors")


def same_weights(first: Path, second: Path) -> bool:
    ours, theirs = weights(first), weights(second)
    return ours.keys() == theirs.keys() and all(
        np.array_equal(ours[name], theirs[name]) for name in ours
    )


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


def test_only_weights_tokenizer_config_and_what_it_was_trained_on_are_written(
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


def test_a_training_that_was_stopped_goes_on_and_ends_as_if_it_had_not_been(
    quick: TrainingOptions, tmp_path: Path
) -> None:
    output, work = tmp_path / "out", tmp_path / "work"
    with pytest.raises(StoppedError):
        train(DOCUMENTS, options=quick, output=output, work_dir=work, progress=StopAt(9))
    assert {path.name for path in tmp_path.iterdir()} == {"work"}

    events: list[TrainingProgress] = []
    report = train(DOCUMENTS, options=quick, output=output, work_dir=work, progress=events.append)
    train(DOCUMENTS, options=quick, output=tmp_path / "whole", work_dir=tmp_path / "other")
    assert report.resumed_from == 8
    assert next(event.step for event in events if event.stage is Stage.TRAINING) == 9
    assert same_weights(output, tmp_path / "whole")


def test_half_a_checkpoint_is_not_trusted_and_the_one_before_it_is(
    quick: TrainingOptions, tmp_path: Path
) -> None:
    output, work = tmp_path / "out", tmp_path / "work"
    with pytest.raises(StoppedError):
        train(DOCUMENTS, options=quick, output=output, work_dir=work, progress=StopAt(9))
    (work / "checkpoints" / "checkpoint-8" / "trainer_state.json").unlink()
    report = train(DOCUMENTS, options=quick, output=output, work_dir=work)
    assert report.resumed_from == 6


def test_checkpoints_of_another_training_are_not_taken_up(
    quick: TrainingOptions, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    with pytest.raises(StoppedError):
        train(DOCUMENTS, options=quick, output=tmp_path / "x", work_dir=work, progress=StopAt(9))
    report = train(DOCUMENTS[1:], options=quick, output=tmp_path / "out", work_dir=work)
    assert report.resumed_from is None


def test_progress_tells_the_time_before_the_first_step_and_then_loss_f1_and_time_left(
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
    """176 windows, of a sentence in batches of 16 and of a hundred and more tokens in eights."""
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


def test_a_warm_start_begins_where_the_champion_ended(trained: Trained, tmp_path: Path) -> None:
    options = TrainingOptions(
        base_model=trained.report.base_model,
        warm_from=trained.version.path,
        learning_rate=1e-7,
        epochs=1,
    )
    report = train(
        trained.documents,
        options=options,
        output=tmp_path / "out",
        work_dir=tmp_path / "work",
        dev=trained.unseen,
    )
    assert report.parent == trained.version.path.name
    assert report.dev is not None
    assert report.dev.strict.micro.f1 > 0.9


def test_a_warm_start_trains_on_what_is_new_and_a_replay_and_forgets_nothing(
    trained: Trained, tmp_path: Path
) -> None:
    new = easy_documents(5, seed=7)
    options = TrainingOptions(
        base_model=trained.report.base_model,
        warm_from=trained.version.path,
        learning_rate=5e-4,
        replay=2,
        window=32,
        overlap=8,
        word_dropout=0.0,
    )
    report = train(
        [*trained.documents, *new],
        options=options,
        output=tmp_path / "out",
        work_dir=tmp_path / "work",
        dev=trained.unseen,
    )
    assert (report.documents, report.passed_over, report.validation_documents) == (65, 50, 0)
    assert report.windows < trained.report.windows / 2
    assert report.best_step == report.steps < trained.report.steps
    assert report.dev is not None
    assert report.dev.strict.micro.f1 > 0.9
    known = read_trained_on(tmp_path / "out")
    assert known is not None
    assert not document_difference([*trained.documents, *new], known).new


def test_a_warm_start_that_was_stopped_goes_on_from_halfway(
    trained: Trained, tmp_path: Path
) -> None:
    options = TrainingOptions(
        base_model=trained.report.base_model, warm_from=trained.version.path, batch_size=4
    )
    documents = [*trained.documents, *easy_documents(4, seed=7)]
    work = tmp_path / "work"
    with pytest.raises(StoppedError):
        train(
            documents,
            options=options,
            output=tmp_path / "out",
            work_dir=work,
            progress=StopAt(12),
        )
    report = train(documents, options=options, output=tmp_path / "out", work_dir=work)
    train(documents, options=options, output=tmp_path / "whole", work_dir=tmp_path / "other")
    assert report.resumed_from == report.steps // 2 + 1 < 12
    assert same_weights(tmp_path / "out", tmp_path / "whole")


def test_a_warm_start_keeps_the_rows_of_labels_that_are_still_there(
    trained: Trained, tmp_path: Path
) -> None:
    documents = [
        dataclasses.replace(d, spans=(*d.spans, Span(0, len(d.text.split()[0]), "FIRST")))
        for d in trained.documents[:9]
    ]
    options = TrainingOptions(
        base_model=trained.report.base_model,
        warm_from=trained.version.path,
        learning_rate=1e-9,
        epochs=1,
    )
    train(documents, options=options, output=tmp_path / "out", work_dir=tmp_path / "work")
    before = weights(trained.version.path)["classifier.weight"]
    after = weights(tmp_path / "out")["classifier.weight"]
    # O, B-FIRST, I-FIRST, B-ORG, I-ORG: FIRST sorts before ORG.
    np.testing.assert_allclose(after[[0, 3, 4]], before, atol=1e-6)
    assert abs(after[[1, 2]]).max() < abs(before).max()


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


def test_a_second_training_in_a_process_has_a_precision_of_its_own(
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


def test_an_integration_that_cannot_report_is_a_failure_that_names_it(
    quick: TrainingOptions, tmp_path: Path
) -> None:
    options = dataclasses.replace(quick, report_to=("no_such_tracker",))
    with pytest.raises(TrainingError, match="no_such_tracker"):
        train(DOCUMENTS, options=options, output=tmp_path / "out", work_dir=tmp_path / "work")


def test_a_training_that_diverges_is_a_failure(quick: TrainingOptions, tmp_path: Path) -> None:
    options = dataclasses.replace(quick, learning_rate=0.99, epochs=20, bf16=False)
    model = BertForTokenClassification.from_pretrained(options.base_model)
    model.bert.embeddings.word_embeddings.weight.data.fill_(float("nan"))
    model.bert.save_pretrained(tmp_path / "broken")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (tmp_path / "broken" / name).write_bytes((Path(options.base_model) / name).read_bytes())
    options = dataclasses.replace(options, base_model=str(tmp_path / "broken"))
    with pytest.raises(TrainingError, match="diverged"):
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
