"""What `nerloop train` says and refuses; whole trainings are in test_tagger_commands."""

from dataclasses import replace
from pathlib import Path

from click.testing import CliRunner, Result

from ner.corpus.corpus import write_jsonl
from ner.spans import Document
from ner.versions.manifest import read_manifest
from server.cli import main
from tests.support.easy_task import easy_documents, texts
from tests.support.tiny_model import build_tiny_base_model

DOCUMENTS = easy_documents(12)


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


def test_a_warm_start_records_the_base_model_of_the_version_that_it_goes_on_from(
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
