"""What `nerloop train` prints, writes and refuses."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ner.corpus.corpus import write_jsonl
from ner.spans import Document, Span
from ner.training.progress import Stage, TrainingProgress
from ner.versions.manifest import read_manifest
from server.cli import main
from server.cli.tagger.training_display import TrainingDisplay
from tests.support.models.easy_task import LABEL, easy_documents, texts
from tests.support.models.tiny_model import build_tiny_base_model

DOCUMENTS = easy_documents(12)
ONE_EPOCH = ("--epochs", "1")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["train", *map(str, arguments)])


def test_an_output_that_holds_something_is_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("keep me")
    (tmp_path / "train.jsonl").write_text("no JSON at all")
    result = run(tmp_path / "train.jsonl", "--output", tmp_path)

    assert result.exit_code == 2
    assert "is not empty" in result.stderr


def test_a_label_that_looks_like_markup_is_trained_and_shown_as_it_is(tmp_path: Path) -> None:
    base = build_tiny_base_model(tmp_path / "base", texts(DOCUMENTS))
    odd = [Document(d.text, tuple(replace(s, label="[/x]") for s in d.spans)) for d in DOCUMENTS]
    write_jsonl(tmp_path / "odd.jsonl", odd)
    options = ("--base-model", base, "--epochs", "1", "--output", tmp_path / "model")
    result = run(tmp_path / "odd.jsonl", *options)

    assert result.exit_code == 0, result.output
    assert " [/x] " in result.stderr


def test_a_warm_start_records_the_base_model_of_the_version_that_it_continues_from(
    tmp_path: Path,
) -> None:
    base = build_tiny_base_model(tmp_path / "base", texts(DOCUMENTS))
    write_jsonl(tmp_path / "train.jsonl", DOCUMENTS)
    command = (tmp_path / "train.jsonl", "--epochs", "1", "--output")
    first = run(*command, tmp_path / "first", "--base-model", base)
    second = run(*command, tmp_path / "second", "--warm-from", tmp_path / "first")

    assert (first.exit_code, second.exit_code) == (0, 0), second.output
    manifest = read_manifest(tmp_path / "second")
    assert manifest.base_model == manifest.parameters["base_model"] == str(base)


def test_training_describes_the_corpus_the_estimate_and_the_result(
    trained: Result, model: Path
) -> None:
    assert trained.stdout == ""
    said = " ".join(trained.stderr.split())
    assert "documents 61 (without spans: 11) spans " in said
    assert "same text and spans 1 text in 2 documents: train.jsonl:1 = train.jsonl:61" in said
    assert "Training takes about" in trained.stderr
    assert "early" not in trained.stderr
    assert "without validation (no documents set aside)" in trained.stderr
    assert re.search(r"^step \d+ of \d+: ", trained.stderr, re.MULTILINE)
    assert "F1 " in trained.stderr
    assert "kept step" in trained.stderr
    assert "Predictions are computed by OpenVINO in " in trained.stderr
    assert f"The model is in {model}" in trained.stderr


def test_with_torch_nothing_is_exported(tmp_path: Path) -> None:
    base = build_tiny_base_model(tmp_path / "base", texts(DOCUMENTS))
    write_jsonl(tmp_path / "train.jsonl", DOCUMENTS)
    options = (*ONE_EPOCH, "--engine", "torch", "--output", tmp_path / "model")
    result = run(tmp_path / "train.jsonl", "--base-model", base, *options)

    assert result.exit_code == 0, result.output
    assert "Predictions are computed by torch in float32" in result.stderr
    assert not (tmp_path / "model" / "openvino").exists()


def test_training_leaves_the_model_and_nothing_else(folder: Path, model: Path) -> None:
    assert (model / "manifest.json").is_file()
    assert sorted(path.name for path in folder.iterdir()) == [
        "base",
        "dev.jsonl",
        "model",
        "train.jsonl",
    ]


def test_a_bad_line_stops_training_unless_it_may_be_skipped(folder: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "bad.jsonl"
    corpus.write_text((folder / "train.jsonl").read_text() + "{}\n")
    options = ("--base-model", folder / "base", *ONE_EPOCH, "--output", tmp_path / "model")
    refused = run(corpus, *options)

    assert refused.exit_code == 1
    assert "bad.jsonl:62:" in refused.stderr
    skipped = run(corpus, *options, "--skip-bad")
    assert skipped.exit_code == 0, skipped.output
    assert "1 of 62 documents, because of bad lines" in skipped.stderr
    assert "  line 62: " in skipped.stderr


def test_an_interrupted_training_continues_with_the_same_command(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(self: TrainingDisplay, progress: TrainingProgress) -> None:
        if progress.stage is Stage.TRAINING and progress.step > progress.steps / 2:
            raise KeyboardInterrupt

    options = ("--base-model", folder / "base", *ONE_EPOCH, "--output", tmp_path / "model")
    with monkeypatch.context() as patch:
        patch.setattr(TrainingDisplay, "__call__", interrupt)
        stopped = run(folder / "train.jsonl", *options)
    left = sorted(path.name for path in tmp_path.iterdir())
    finished = run(folder / "train.jsonl", *options)

    assert (stopped.exit_code, left) == (1, ["model.training"])
    assert finished.exit_code == 0, finished.output
    assert "continuing after step" in finished.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_contradictions_and_the_unit_are_reported(folder: Path, tmp_path: Path) -> None:
    text = "😀 at University of Bado"
    marked = Document(text, (Span(5, len(text), LABEL),))
    write_jsonl(tmp_path / "odd.jsonl", (*DOCUMENTS, marked, Document(text)))
    options = ("--base-model", folder / "base", *ONE_EPOCH, "--output", tmp_path / "model")
    result = run(tmp_path / "odd.jsonl", *options)

    assert result.exit_code == 0, result.output
    said = " ".join(result.stderr.split())
    assert "same text, other spans 1 text in 2 documents: odd.jsonl:13 = odd.jsonl:14" in said
    assert "(--offset-unit)" in result.stderr


def test_dev_documents_that_are_trained_on_are_reported(folder: Path, tmp_path: Path) -> None:
    write_jsonl(tmp_path / "leak.jsonl", (*easy_documents(2, seed=2), easy_documents(60)[3]))
    options = ("--base-model", folder / "base", *ONE_EPOCH, "--output", tmp_path / "model")
    result = run(folder / "train.jsonl", "--dev", tmp_path / "leak.jsonl", *options)

    assert result.exit_code == 0, result.output
    assert "also in the training file: 1, leak.jsonl:3" in result.stderr


def test_a_wrong_base_model_is_named(folder: Path, tmp_path: Path) -> None:
    options = ("--base-model", "./nowhere", "--output", tmp_path / "model")
    result = run(folder / "train.jsonl", *options)

    assert result.exit_code == 1
    assert "./nowhere" in result.stderr
    assert "Traceback" not in result.stderr
