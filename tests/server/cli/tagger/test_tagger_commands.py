"""The tagger from the command line, from a file to a champion, with a model built for the test."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ner.corpus.corpus import write_jsonl
from ner.scoring.evaluation import evaluate
from ner.spans import Document, Span
from ner.training.progress import Stage, TrainingProgress
from server.cli import main
from server.cli.tagger.training_display import TrainingDisplay
from tests.support.easy_task import LABEL, easy_documents, texts
from tests.support.tiny_fixtures import one_thread  # noqa: F401
from tests.support.tiny_model import build_tiny_base_model

TRAIN = easy_documents(60, seed=1)
DEV = easy_documents(20, seed=2)
# Enough for the easy task; `ONE_EPOCH` is for tests of what happens around a training.
LEARNING = ("--epochs", "8", "--learning-rate", "2e-3", "--window", "64", "--overlap", "8")
ONE_EPOCH = ("--epochs", "1")


def run(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tagger")
    write_jsonl(folder / "train.jsonl", (*TRAIN, TRAIN[0]))
    write_jsonl(folder / "dev.jsonl", DEV)
    build_tiny_base_model(folder / "base", texts(TRAIN))
    return folder


@pytest.fixture(scope="module")
def trained(folder: Path) -> Result:
    files = (folder / "train.jsonl", "--dev", folder / "dev.jsonl", "--output", folder / "model")
    return run("train", *files, "--base-model", folder / "base", *LEARNING)


@pytest.fixture(scope="module")
def model(folder: Path, trained: Result) -> Path:
    assert trained.exit_code == 0, trained.output
    return folder / "model"


def predicted(result: Result) -> list[dict[str, object]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_training_describes_the_corpus_the_estimate_and_the_result(
    trained: Result, model: Path
) -> None:
    assert trained.stdout == ""
    assert "documents 61 (without spans: 11), spans " in trained.stderr
    assert (
        "more than once, with the same spans: 1, train.jsonl:1 = train.jsonl:61" in trained.stderr
    )
    assert "Training takes about" in trained.stderr
    assert "early" not in trained.stderr
    assert "none were set aside to validate" in trained.stderr
    assert re.search(r"^step \d+ of \d+: ", trained.stderr, re.MULTILINE)
    assert "F1 " in trained.stderr
    assert "kept step" in trained.stderr
    assert f"The model is in {model}" in trained.stderr


def test_training_leaves_the_model_and_nothing_else(folder: Path, model: Path) -> None:
    assert (model / "manifest.json").is_file()
    assert sorted(path.name for path in folder.iterdir()) == [
        "base",
        "dev.jsonl",
        "model",
        "train.jsonl",
    ]


def test_evaluation_as_json_has_the_scores_where_promised(folder: Path, model: Path) -> None:
    result = run("evaluate", model, folder / "dev.jsonl", "--json")

    assert result.exit_code == 0, result.output
    strict = json.loads(result.stdout)["strict"]
    assert strict["micro"]["f1"] > 0.8
    assert {"precision", "recall", "f1"} <= strict["micro"].keys()
    assert strict["labels"][LABEL]["f1"] == strict["micro"]["f1"]


def test_evaluation_for_people_is_a_table(folder: Path, model: Path) -> None:
    result = run("evaluate", model, folder / "dev.jsonl")

    assert result.exit_code == 0, result.output
    assert "micro" in result.stdout
    assert "20 documents" in result.stdout


def test_predictions_are_what_the_evaluation_scored(folder: Path, model: Path) -> None:
    rows = predicted(run("predict", model, folder / "dev.jsonl"))
    scores = json.loads(run("evaluate", model, folder / "dev.jsonl", "--json").stdout)

    assert [row["text"] for row in rows] == texts(DEV)
    spans = [[Span(*triple) for triple in row["label"]] for row in rows]  # type: ignore[attr-defined]
    assert evaluate(DEV, spans).to_json() == scores


def test_standard_input_is_read_as_jsonl_or_as_one_plain_text(model: Path) -> None:
    text = DEV[0].text
    as_jsonl = predicted(run("predict", model, stdin=json.dumps({"text": text}) + "\n"))
    as_text = predicted(run("predict", model, stdin=text))

    assert as_text == as_jsonl
    assert as_text[0]["text"] == text


def test_lines_of_plain_text_can_be_documents(model: Path, tmp_path: Path) -> None:
    (tmp_path / "lines.txt").write_text("one line\n\nanother line\n")
    rows = predicted(run("predict", model, tmp_path / "lines.txt", "--lines"))

    assert [row["text"] for row in rows] == ["one line", "another line"]


def test_line_ends_of_plain_text_stay_as_they_are(model: Path) -> None:
    for dash in ((), ("-",)):
        result = run("predict", model, *dash, stdin=b"one\r\ntwo")
        assert predicted(result)[0]["text"] == "one\r\ntwo"


def test_several_files_come_out_in_order(model: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("first")
    (tmp_path / "b.jsonl").write_text('{"text": "second"}\n\n{"text": "third"}\n')
    (tmp_path / "empty.txt").write_text("")
    names = ("a.txt", "empty.txt", "b.jsonl")
    rows = predicted(run("predict", model, *(tmp_path / name for name in names)))

    assert [row["text"] for row in rows] == ["first", "second", "third"]


def test_what_a_line_says_besides_text_gold_and_id_is_passed_through(model: Path) -> None:
    line = {"id": 7, "text": "nothing", "label": [[0, 3, "OLD"]], "doi": "10.1/x"}
    rows = predicted(run("predict", model, stdin=json.dumps(line)))

    assert rows == [{"text": "nothing", "label": [], "doi": "10.1/x"}]


def test_scores_come_on_request_one_for_each_span(model: Path) -> None:
    rows = predicted(run("predict", model, "--scores", stdin=DEV[0].text))

    scores = rows[0]["scores"]
    assert isinstance(scores, list)
    assert len(scores) == len(rows[0]["label"])  # type: ignore[arg-type]
    assert all(0.0 <= score <= 1.0 for score in scores)


def test_offsets_are_written_in_the_unit_asked_for(model: Path) -> None:
    text = "😀 " + DEV[0].text
    inside = predicted(run("predict", model, stdin=text))[0]["label"]
    screen = predicted(run("predict", model, "--offset-unit", "utf16", stdin=text))[0]["label"]

    assert inside
    assert screen == [[start + 1, end + 1, label] for start, end, label in inside]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ('{"text": "good"}\n{"text": 3}\n', 'line 2: expected an object whose "text" is a string'),
        ('{"text": "good"}\n{"text": \n', "line 2: not JSON"),
        ('{"text": "good"}\n["text"]\n', "line 2: expected an object"),
        ('{"text": "good"}\n{"text": "\\ud83d"}\n', "line 2: the text has half a surrogate"),
    ],
)
def test_a_bad_line_of_input_is_named(model: Path, lines: str, expected: str) -> None:
    result = run("predict", model, "--batch-size", "1", stdin=lines)

    assert result.exit_code == 1
    assert expected in result.stderr
    assert len(result.stdout.splitlines()) == 1


def test_input_that_is_not_utf8_is_refused(model: Path) -> None:
    result = run("predict", model, stdin=b"caf\xe9")

    assert result.exit_code == 1
    assert "standard input: not UTF-8" in result.stderr


def test_a_trained_model_becomes_champion_and_is_rolled_back(
    folder: Path, model: Path, tmp_path: Path
) -> None:
    def models(*arguments: str | Path) -> str:
        result = run("models", "--models-dir", tmp_path, *arguments)
        assert result.exit_code == 0, result.output
        return result.stdout

    assert "is v0001 of papers" in models("add", "papers", model, "--promote")
    again = folder / "again"
    options = ("--base-model", folder / "base", *ONE_EPOCH, "--seed", "2")
    assert run("train", folder / "train.jsonl", "--output", again, *options).exit_code == 0
    assert "is v0002 of papers" in models("add", "papers", again)
    assert "v0002 is the champion" in models("promote", "papers", "v0002")
    assert "champion" in next(r for r in models("list", "papers").splitlines() if "v0002" in r)
    assert "v0001 is the champion of papers again" in models("rollback", "papers")
    assert "Files whole" in models("show", "papers")
    version = tmp_path / "papers" / "versions" / "v0001"
    assert predicted(run("predict", version, stdin=DEV[0].text)) == predicted(
        run("predict", model, stdin=DEV[0].text)
    )


def test_a_bad_line_stops_training_unless_it_may_be_skipped(folder: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "bad.jsonl"
    corpus.write_text((folder / "train.jsonl").read_text() + "{}\n")
    options = ("--base-model", folder / "base", *ONE_EPOCH, "--output", tmp_path / "model")
    refused = run("train", corpus, *options)

    assert refused.exit_code == 1
    assert "bad.jsonl:62:" in refused.stderr
    skipped = run("train", corpus, *options, "--skip-bad")
    assert skipped.exit_code == 0, skipped.output
    assert "bad lines skipped: 1" in skipped.stderr
    assert "  line 62: " in skipped.stderr


def test_an_interrupted_training_goes_on_with_the_same_command(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(self: TrainingDisplay, progress: TrainingProgress) -> None:
        if progress.stage is Stage.TRAINING and progress.step > progress.steps / 2:
            raise KeyboardInterrupt

    options = ("--base-model", folder / "base", *ONE_EPOCH, "--output", tmp_path / "model")
    with monkeypatch.context() as patch:
        patch.setattr(TrainingDisplay, "__call__", interrupt)
        stopped = run("train", folder / "train.jsonl", *options)
    left = sorted(path.name for path in tmp_path.iterdir())
    finished = run("train", folder / "train.jsonl", *options)

    assert (stopped.exit_code, left) == (1, ["model.training"])
    assert finished.exit_code == 0, finished.output
    assert "going on after step" in finished.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_contradictions_and_the_unit_are_pointed_out(folder: Path, tmp_path: Path) -> None:
    text = "😀 at University of Bado"
    marked = Document(text, (Span(5, len(text), LABEL),))
    write_jsonl(tmp_path / "odd.jsonl", (*TRAIN[:12], marked, Document(text)))
    options = ("--base-model", folder / "base", *ONE_EPOCH, "--output", tmp_path / "model")
    result = run("train", tmp_path / "odd.jsonl", *options)

    assert result.exit_code == 0, result.output
    assert "with different spans (decide on one): 1, odd.jsonl:13 = odd.jsonl:14" in result.stderr
    assert "(--offset-unit)" in result.stderr


def test_dev_documents_that_are_trained_on_are_pointed_out(folder: Path, tmp_path: Path) -> None:
    write_jsonl(tmp_path / "leak.jsonl", (*DEV[:2], TRAIN[3]))
    options = ("--base-model", folder / "base", *ONE_EPOCH, "--output", tmp_path / "model")
    result = run("train", folder / "train.jsonl", "--dev", tmp_path / "leak.jsonl", *options)

    assert result.exit_code == 0, result.output
    assert "also trained on: 1, leak.jsonl:3" in result.stderr


def test_a_wrong_base_model_is_named(folder: Path, tmp_path: Path) -> None:
    options = ("--base-model", "./nowhere", "--output", tmp_path / "model")
    result = run("train", folder / "train.jsonl", *options)

    assert result.exit_code == 1
    assert "./nowhere" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", ["train", "evaluate", "predict"])
def test_help_explains_every_option(command: str) -> None:
    result = run(command, "--help")

    assert result.exit_code == 0
    assert "JSONL" in result.stdout
    assert "--offset-unit" in result.stdout
