import json
from pathlib import Path

from click.testing import CliRunner, Result

from server.cli import main
from tests.support.models.easy_task import LABEL


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["evaluate", *map(str, arguments)])


def test_evaluation_as_json_has_the_scores_that_help_names(folder: Path, model: Path) -> None:
    result = run(model, folder / "dev.jsonl", "--json")

    assert result.exit_code == 0, result.output
    strict = json.loads(result.stdout)["strict"]
    assert strict["micro"]["f1"] > 0.8
    assert {"precision", "recall", "f1"} <= strict["micro"].keys()
    assert strict["labels"][LABEL]["f1"] == strict["micro"]["f1"]


def test_scores_are_printed_as_a_table(folder: Path, model: Path) -> None:
    result = run(model, folder / "dev.jsonl")

    assert result.exit_code == 0, result.output
    assert "micro" in result.stdout
    assert "20 documents" in result.stdout


def test_texts_without_any_span_get_a_warning(folder: Path, model: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.jsonl"
    bare.write_text('{"text": "one", "label": []}\n{"text": "two", "label": []}\n')
    result = run(model, bare, "--json")

    assert json.loads(result.stdout)["strict"]["micro"]["f1"] == 0.0
    assert f"{bare}: no span in 2 documents" in result.stderr
    assert "no span in" not in run(model, folder / "dev.jsonl").stderr


def test_labels_are_written_in_their_letters(model: Path, tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_text('{"text": "one", "label": [[0, 3, "Gebäude"]]}\n')
    result = run(model, tmp_path / "gold.jsonl", "--json")

    assert '"Gebäude": {' in result.stdout
