"""The tagger from the command line, from a file to a champion."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ner.scoring.evaluation import evaluate
from ner.spans import Span
from server.cli import main
from tests.support.models.easy_task import easy_documents, texts

DEV = easy_documents(20, seed=2)


def run(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)


def predicted(result: Result) -> list[dict[str, object]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_predictions_are_what_the_evaluation_scored(folder: Path, model: Path) -> None:
    rows = predicted(run("predict", model, folder / "dev.jsonl"))
    scores = json.loads(run("evaluate", model, folder / "dev.jsonl", "--json").stdout)

    assert [row["text"] for row in rows] == texts(DEV)
    spans = [[Span(*triple) for triple in row["label"]] for row in rows]  # type: ignore[attr-defined]
    assert evaluate(DEV, spans).to_json() == scores


def test_a_trained_model_becomes_champion_and_is_rolled_back(
    folder: Path, model: Path, tmp_path: Path
) -> None:
    def models(*arguments: str | Path) -> str:
        result = run("models", "--models-dir", tmp_path / "models", *arguments)
        assert result.exit_code == 0, result.output
        return result.stdout

    assert "is v0001 of papers" in models("add", "papers", model, "--promote")
    again = tmp_path / "again"
    options = ("--base-model", folder / "base", "--epochs", "1", "--seed", "2")
    assert run("train", folder / "train.jsonl", "--output", again, *options).exit_code == 0
    assert "is v0002 of papers" in models("add", "papers", again)
    assert "v0002 is the champion" in models("promote", "papers", "v0002")
    assert "champion" in next(r for r in models("list", "papers").splitlines() if "v0002" in r)
    assert "v0001 is the champion of papers again" in models("rollback", "papers")
    assert "Files complete" in models("show", "papers")
    version = tmp_path / "models" / "papers" / "versions" / "v0001"
    assert predicted(run("predict", version, stdin=DEV[0].text)) == predicted(
        run("predict", model, stdin=DEV[0].text)
    )


@pytest.mark.parametrize("command", ["train", "evaluate", "predict"])
def test_help_explains_every_option(command: str) -> None:
    result = run(command, "--help")

    assert result.exit_code == 0
    assert "JSONL" in result.stdout
    assert "--offset-unit" in result.stdout
