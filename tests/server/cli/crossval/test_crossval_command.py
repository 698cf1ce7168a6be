"""`nerloop crossval` with a tiny model, or without one in tests that do not need it."""

import dataclasses
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from filelock import FileLock

from ner.corpus.corpus import write_jsonl
from ner.spans import Document, Span
from ner.training.options import TrainingOptions
from server.cli import main
from tests.support.models.easy_task import easy_documents, texts
from tests.support.models.tiny_fixtures import one_thread  # noqa: F401
from tests.support.models.tiny_model import build_tiny_base_model
from tests.support.training.fake_readings import FakeFolds

EASY = easy_documents(48)
# The reviewers missed the first span of this document.
INCOMPLETE = dataclasses.replace(EASY[0], spans=EASY[0].spans[1:])
DOCUMENTS = (INCOMPLETE, *EASY[1:])
LEARNING = ("--epochs", "8", "--learning-rate", "2e-3", "--window", "64", "--overlap", "8")
RESULTS = {"crossval.json", "label_errors.jsonl", "label_errors.html"}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["crossval", *map(str, arguments)])


def errors_in(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "label_errors.jsonl").read_text().splitlines()]


def find_most(document: Document, options: TrainingOptions) -> Sequence[Span]:
    """The gold, but nothing in about every third document."""
    return document.spans if len(document.text) % 3 else ()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crossval")
    write_jsonl(folder / "easy.jsonl", DOCUMENTS)
    build_tiny_base_model(folder / "base", texts(EASY))
    build_tiny_base_model(folder / "other", texts(EASY), seed=2)
    return folder


@pytest.fixture(scope="module")
def finished(folder: Path) -> Result:
    options = ("--base-model", folder / "base", "--folds", "2", "--output", folder / "out")
    return run(folder / "easy.jsonl", *options, *LEARNING)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeFolds:
    """Replaces the trainings by predictions of the gold."""
    folds = FakeFolds()
    monkeypatch.setattr("ner.crossval.fold_training.train_and_read", folds)
    return folds


def test_the_scores_are_a_table_and_a_file(folder: Path, finished: Result) -> None:
    assert finished.exit_code == 0, finished.output
    assert "pooled" in finished.stdout
    assert "2 folds of 48 documents" in finished.stdout
    content = json.loads((folder / "out" / "crossval.json").read_text())
    (model,) = content["models"]
    assert model["base_model"] == str(folder / "base")
    assert model["micro"]["folds"] == 2
    assert model["pooled"]["strict"]["micro"]["f1"] > 0.7


def test_a_missed_span_is_found(folder: Path, finished: Result) -> None:
    missing = EASY[0].spans[0]
    found = errors_in(folder / "out")
    covered = EASY[0].text[missing.start : missing.end]
    predicted = {**dataclasses.asdict(missing), "text": covered}
    (error,) = [row for row in found if row["predicted"] == predicted]
    assert (error["document"], error["kind"]) == ("easy.jsonl:1", "missed")
    assert error["rank"] <= 3
    assert covered in (folder / "out" / "label_errors.html").read_text()
    assert f"{len(found)} spans to review" in finished.stderr


def test_nothing_is_left_behind_but_results_and_readings(folder: Path, finished: Result) -> None:
    files = {path for path in (folder / "out").rglob("*") if path.is_file()}
    kept = {path.relative_to(folder / "out").as_posix() for path in files}
    assert {".lock", *RESULTS} <= kept
    assert sorted(Path(path).name for path in kept - {".lock", *RESULTS}) == [
        "fold-1.json",
        "fold-2.json",
    ]


def test_the_same_command_trains_nothing_twice(
    folder: Path, finished: Result, tmp_path: Path, fake: FakeFolds
) -> None:
    shutil.copytree(folder / "out", tmp_path / "out")
    options = ("--base-model", folder / "base", "--folds", "2", "--output", tmp_path / "out")
    again = run(folder / "easy.jsonl", *options, *LEARNING)
    assert again.stdout == finished.stdout
    assert "Fold 2 of 2" in again.stderr
    assert "kept from an earlier run" in again.stderr
    assert fake.trained == []


def test_base_models_are_compared(folder: Path, tmp_path: Path, fake: FakeFolds) -> None:
    def predict(document: Document, options: TrainingOptions) -> Sequence[Span]:
        return document.spans if options.base_model.endswith("other") else document.spans[:1]

    fake.predict = predict
    models = ("--base-model", folder / "base", "--base-model", folder / "other")
    result = run(folder / "easy.jsonl", *models, "--folds", "3", "--output", tmp_path)
    assert result.exit_code == 0, result.output
    assert f"{folder / 'other'} against {folder / 'base'}: +" in result.stdout
    assert "other is better" in result.stdout
    # The better model predicts the gold, so there are no errors.
    assert errors_in(tmp_path) == []


def test_options_reach_the_trainings(folder: Path, tmp_path: Path, fake: FakeFolds) -> None:
    seen: set[TrainingOptions] = set()

    def predict(document: Document, options: TrainingOptions) -> Sequence[Span]:
        seen.add(options)
        return document.spans

    fake.predict = predict
    chosen = ("--word-dropout", "0.3", "--seed", "3", *LEARNING)
    run(folder / "easy.jsonl", "--base-model", folder / "base", "--output", tmp_path, *chosen)
    base = str(folder / "base")
    assert seen == {
        TrainingOptions(
            base_model=base,
            epochs=8,
            learning_rate=2e-3,
            window=64,
            overlap=8,
            seed=3,
            word_dropout=0.3,
        )
    }
    assert len(fake.trained) == 5


def test_labels_that_are_too_rare_are_named(folder: Path, tmp_path: Path, fake: FakeFolds) -> None:
    rare = Document("a rare thing", (Span(2, 6, "RARE"),))
    write_jsonl(tmp_path / "rare.jsonl", (*EASY, rare))
    result = run(tmp_path / "rare.jsonl", "--base-model", folder / "base", "--output", tmp_path)
    assert (
        "Labels that occur in fewer different documents than there are folds: RARE (1)"
        in result.stderr
    )
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--folds", "49"], "49 folds cannot be made of 48 different texts"),
        (["--base-model", "./nowhere"], "./nowhere"),
        (["--window", "4"], "window = 4 must be at least 8"),
        (["--doccano-url", "http://doccano"], "go together"),
        (["--project", "papers"], "either CORPUS or --project"),
    ],
)
def test_impossible_arguments_are_refused_before_any_training(
    folder: Path, tmp_path: Path, fake: FakeFolds, arguments: list[str], message: str
) -> None:
    options = ("--base-model", folder / "base", "--output", tmp_path / "out", *arguments)
    result = run(folder / "easy.jsonl", *options)
    assert result.exit_code in (1, 2)
    assert message in result.stderr
    assert "Traceback" not in result.output
    assert fake.trained == []
    assert not [*tmp_path.rglob("*.json*")]


def test_a_file_or_a_project_is_required() -> None:
    assert "either CORPUS or --project" in run().stderr


def test_two_at_once_in_one_folder_are_refused(
    folder: Path, tmp_path: Path, fake: FakeFolds
) -> None:
    with FileLock(tmp_path / ".lock"):
        result = run(folder / "easy.jsonl", "--base-model", folder / "base", "--output", tmp_path)
    assert result.exit_code == 1
    assert f"a cross-validation is running in {tmp_path}" in result.stderr
    assert fake.trained == []


def test_the_documents_of_an_export_are_linked(
    folder: Path, tmp_path: Path, fake: FakeFolds
) -> None:
    fake.predict = find_most
    address = ("--doccano-url", "http://doccano:8000/", "--doccano-project", "7")
    options = ("--base-model", folder / "base", "--output", tmp_path)
    run(folder / "easy.jsonl", *options, *address)
    links = [row["link"] for row in errors_in(tmp_path)]
    assert links
    assert all(link.startswith("http://doccano:8000/projects/7/") for link in links)


def test_a_projects_settings_are_used_for_options_that_are_not_given(
    papers: Path, fake: FakeFolds
) -> None:
    seen: set[tuple[str, int | None, int]] = set()

    def predict(document: Document, options: TrainingOptions) -> Sequence[Span]:
        seen.add((options.base_model, options.epochs, options.window))
        return ()

    fake.predict = predict
    result = run("--project", "papers", "--folds", "2", "--epochs", "5")
    assert result.exit_code == 0, result.output
    assert seen == {("bundled", 5, 128)}
    assert (papers / "papers.crossval" / "label_errors.html").is_file()
