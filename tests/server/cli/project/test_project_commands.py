import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from docs.commands_page import all_commands
from ner.hashing import exact_hash
from ner.spans import Prediction, Span
from server.cli import main
from server.cli.model_argument import ModelPath
from tests.support.doccano.doccano_projects import TestProject
from tests.support.running.file_rights import open_to_others, wide_umask
from worker.store.corpus.revisions import current_approved
from worker.store.database import Store
from worker.store.served import Call, claim_answer, has_free_slot

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
ROOT = Path(__file__).parents[4]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize("command", ["connect", "collect", "retrain", "tokens", "status"])
def test_a_project_that_is_not_configured_is_named_with_those_that_are(command: str) -> None:
    result = run(command, "letters")
    assert result.exit_code == 1
    assert "no project 'letters'; configured: papers" in result.output


PROJECT_CALLS = {
    "connect": "paper",
    "rebind": "paper",
    "status": "paper",
    "collect": "paper",
    "retrain": "paper",
    "import": "paper {file}",
    "tokens": "paper",
    "forget": "paper --all",
    "erase": "paper 17",
    "models list": "paper",
    "models show": "paper",
    "models promote": "paper v0001",
    "models rollback": "paper",
    "models prune": "paper",
    "models add": "paper {folder}",
    "train": "{file} --warm-from paper --output {folder}/new",
    "check": "--project paper",
    "crossval": "--project paper",
    "adapt": "--project paper --output {folder}/new",
    "evaluate": "paper {file}",
    "predict": "paper",
}


@pytest.mark.parametrize("command", PROJECT_CALLS)
def test_a_misspelt_project_is_answered_with_what_was_meant(command: str, tmp_path: Path) -> None:
    file = tmp_path / "corpus.jsonl"
    file.touch()
    arguments = PROJECT_CALLS[command].format(file=file, folder=tmp_path)
    result = run(*command.split(), *arguments.split())
    assert result.exit_code in (1, 2)
    assert "did you mean papers? (configured: papers)" in result.stderr
    assert not (tmp_path / "data").exists()


def test_the_data_folder_that_a_command_makes_is_its_owners_alone(tmp_path: Path) -> None:
    with wide_umask():
        assert run("status").exit_code == 0
    assert open_to_others(tmp_path / "data") == []


def test_each_command_that_takes_a_project_is_among_these() -> None:
    taking = {
        " ".join(path[1:])
        for path, command in all_commands()
        for parameter in command.params
        if parameter.name == "project" or isinstance(parameter.type, ModelPath)
    }
    assert taking == PROJECT_CALLS.keys()


def test_connect_without_the_password_says_which_setting_is_missing() -> None:
    result = run("connect", "papers")
    assert result.exit_code == 1
    assert "NERLOOP_DOCCANO_PASSWORD" in result.output


def test_collect_pulls_what_is_approved(project: TestProject, store: Store) -> None:
    lyon = project.document("University of Lyon", (0, 18, "AFFILIATION"), approved=True)
    project.document("University of Kyiv")
    assert run("collect", "papers").output.splitlines() == [
        "1 new, 0 changed, 0 withdrawn",
        f"  newly ticked: document {lyon}",
    ]
    assert run("collect", "papers").output == "0 new, 0 changed, 0 withdrawn\n"
    with store.read() as session:
        assert len(current_approved(session, "papers")) == 1


def test_collect_warns_of_spans_that_divide_words(project: TestProject) -> None:
    spans = [(start, start + 2, "AFFILIATION") for start in range(1, 61, 6)]
    project.document("words " * 10, *spans, approved=True)
    said = run("collect", "papers").output
    assert "warning: 20 of 20 span boundaries are inside words (100%), and usually at most" in said


def test_retrain_without_a_queue_says_how_to_get_one() -> None:
    result = run("retrain", "papers")
    assert result.exit_code == 1
    assert "nerloop up" in result.output


def test_connect_looks_at_the_base_model_too(
    project: TestProject, server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run("connect", "papers")
    assert result.exit_code == 0, result.output
    assert "base model bundled: bert" in result.output
    monkeypatch.setenv("NERLOOP_PROJECTS__PAPERS__BASE_MODEL", "/no/such/model")
    refused = run("connect", "papers")
    assert refused.exit_code == 1
    assert "✗ base model '/no/such/model' is not a folder" in refused.output
    assert "(base_model of papers)" in refused.output
    assert "disk:" not in refused.output


def shape(output: str) -> list[str]:
    """The lines without what differs from machine to machine and from run to run."""
    varying = {
        r"version [\d.]+( (or|to) [\d.]+)?,": "version N,",
        # Said of some versions of Doccano only.
        r"! .* assigned to nobody.*\n": "",
        r"http://[\w.:]+": "HOST",
        r"'[^']+'": "NAME",
        r"nla_\S+": "TOKEN",
        r"[\d.]+ (Bytes|kB|MB|GB|TB)": "SIZE",
        r"\d+": "N",
    }
    for pattern, word in varying.items():
        output = re.sub(pattern, word, output)
    return output.strip().splitlines()


def test_the_documentation_shows_what_connect_prints(project: TestProject, server: None) -> None:
    output = run("connect", "papers").output
    for page in ("README.md", "docs/getting-started.md"):
        blocks = (ROOT / page).read_text(encoding="utf-8").split("```")
        (shown,) = [block for block in blocks if "✓ logged in" in block]
        assert shape(shown.removeprefix("text")) == shape(output), page


def test_a_forgotten_text_is_answered_again(store: Store) -> None:
    with store.begin() as session:
        for text in ("one", "two"):
            assert claim_answer(session, _call(text))
    assert run("forget", "papers").exit_code == 2
    assert run("forget", "papers", "--text", "one", "--all").exit_code == 2
    assert "1 text can get suggestions again" in run("forget", "papers", "--text", "one").output
    with store.read() as session:
        assert has_free_slot(session, "papers", exact_hash("one"))
        assert not has_free_slot(session, "papers", exact_hash("two"))
    assert "1 text can get suggestions again" in run("forget", "papers", "--all").output


def _call(text: str) -> Call:
    return Call("papers", "spans", Prediction(text, (Span(0, 3, "A"),), (0.9,), "v0001"), NOW)
