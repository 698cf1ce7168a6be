"""`nerloop adapt` with a model built for the test."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ner.corpus.corpus import write_jsonl
from server.cli import main
from server.cli.tagger.training_display import TrainingDisplay
from tests.support.models.easy_task import easy_documents, texts
from tests.support.models.tiny_fixtures import one_thread  # noqa: F401
from tests.support.models.tiny_model import build_tiny_base_model
from worker.training_texts import TrainingTexts

DOCUMENTS = easy_documents(40)
QUICK = ("--epochs", "2", "--learning-rate", "3e-3")


def run(*arguments: str | Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)


def report_in(output: Path) -> dict[str, object]:
    content: dict[str, object] = json.loads((output / "adaptation.json").read_text())
    return content


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base") / "base"
    return build_tiny_base_model(folder, texts(DOCUMENTS))


def test_texts_from_files_become_a_base_model_that_train_takes(base: Path, tmp_path: Path) -> None:
    write_jsonl(tmp_path / "annotated.jsonl", DOCUMENTS[:30])
    (tmp_path / "one.txt").write_text("One text\nin two lines.")
    files = (tmp_path / "annotated.jsonl", tmp_path / "one.txt")
    output = tmp_path / "adapted"
    result = run("adapt", *files, "--base-model", base, "--output", output, *QUICK)
    assert result.exit_code == 0, result.output
    assert report_in(output)["texts"] == 31
    assert "On 2 texts set aside: loss of masked words" in result.output
    assert "Training takes about" in result.output
    assert f"nerloop train FILE --base-model {output}" in result.output
    assert not (tmp_path / "adapted.adaptation").exists()

    trained = run(
        *("train", tmp_path / "annotated.jsonl", "--base-model", output, "--epochs", "1"),
        *("--output", tmp_path / "tagger"),
    )
    assert trained.exit_code == 0, trained.output


def test_lines_and_standard_input_are_read(base: Path, tmp_path: Path) -> None:
    lines = "".join(f"{text.strip().splitlines()[0]}\n" for text in texts(DOCUMENTS))
    output = tmp_path / "adapted"
    result = run(
        *("adapt", "-", "--lines", "--base-model", base, "--output", output, *QUICK), stdin=lines
    )
    assert result.exit_code == 0, result.output
    assert report_in(output)["texts"] == len({*lines.splitlines()})


def test_an_interrupted_adaptation_continues_with_the_same_command(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_jsonl(tmp_path / "texts.jsonl", DOCUMENTS)
    command = ("adapt", tmp_path / "texts.jsonl", "--base-model", base, *QUICK)
    output = tmp_path / "adapted"
    shown = TrainingDisplay.__call__

    def interrupted(display: TrainingDisplay, progress: object) -> None:
        if progress.step == 2:  # type: ignore[attr-defined]
            raise KeyboardInterrupt
        shown(display, progress)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(TrainingDisplay, "__call__", interrupted)
        assert run(*command, "--output", output).exit_code == 1
    assert (tmp_path / "adapted.adaptation").is_dir()
    result = run(*command, "--output", output)
    assert "continuing after step 1" in result.output
    assert result.exit_code == 0
    assert not (tmp_path / "adapted.adaptation").exists()


def test_a_projects_texts_are_read_without_the_held_out_ones(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nerloop.toml").write_text(
        "[projects.papers]\ndoccano_project = 7\n", encoding="utf-8"
    )
    monkeypatch.setenv("NERLOOP_DOCCANO_PASSWORD", "secret")
    projects = []

    def training_texts(store: object, client: object, project: str, *_: object) -> TrainingTexts:
        projects.append(project)
        return TrainingTexts(tuple(texts(DOCUMENTS)), 9)

    monkeypatch.setattr("worker.training_texts.training_texts", training_texts)
    output = tmp_path / "adapted"
    result = run("adapt", "--project", "papers", "--base-model", base, "--output", output, *QUICK)
    assert result.exit_code == 0, result.output
    assert projects == ["papers"]
    assert "papers: texts 40; held-out documents left out: 9" in result.output
    assert report_in(output)["texts"] == 40


def test_without_texts_nothing_is_done(base: Path, tmp_path: Path) -> None:
    result = run("adapt", "--base-model", base, "--output", tmp_path / "adapted")
    assert result.exit_code == 2
    assert "give files with texts, - for standard input, or --project PROJECT" in result.output
    empty = tmp_path / "empty.jsonl"
    empty.write_text("")
    result = run("adapt", empty, "--base-model", base, "--output", tmp_path / "adapted")
    assert result.exit_code == 1
    assert f"no text in {empty}: give at least one" in result.output


def test_an_output_that_holds_something_is_refused_before_the_texts_are_read(
    base: Path, tmp_path: Path
) -> None:
    (tmp_path / "texts.jsonl").write_text('{"txet": "b"}\n')
    (tmp_path / "adapted").mkdir()
    (tmp_path / "adapted" / "kept").write_text("precious")
    result = run(
        "adapt", tmp_path / "texts.jsonl", "--base-model", base, "--output", tmp_path / "adapted"
    )
    assert result.exit_code == 2
    assert "is not empty" in result.output
    assert "line 1" not in result.output


def test_a_line_that_is_not_a_document_is_named(base: Path, tmp_path: Path) -> None:
    (tmp_path / "texts.jsonl").write_text('{"text": "a"}\n{"txet": "b"}\n')
    result = run(
        "adapt", tmp_path / "texts.jsonl", "--base-model", base, "--output", tmp_path / "adapted"
    )
    assert result.exit_code == 1
    assert "texts.jsonl, line 2" in result.output
