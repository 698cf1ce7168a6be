"""A model is named by its folder, or by a project that has a champion."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from ner.versions.registry import Registry
from server.cli.model_argument import MODEL_FOLDER
from tests.support.models.model_folders import make_manifest, make_model_folder


@click.command()
@click.argument("model", type=MODEL_FOLDER)
def named(model: Path) -> None:
    """Prints the folder."""
    click.echo(model)


def run(name: str) -> Result:
    return CliRunner().invoke(named, [name])


@pytest.fixture(autouse=True)
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """Configures the project `people`, and makes `tmp_path` the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NERLOOP_CONFIG", raising=False)
    monkeypatch.setenv("NERLOOP_DATA_DIR", "data")
    (tmp_path / "nerloop.toml").write_text("[projects.people]\ndoccano_project = 1\n")
    return Registry(tmp_path / "data" / "models", "people")


def test_a_project_stands_for_its_champion(registry: Registry, tmp_path: Path) -> None:
    registry.add(make_model_folder(tmp_path / "model"), make_manifest(run_id="1"))
    registry.promote("v0001", expected=None, reason="good")
    result = run("people")
    assert Path(result.stdout.strip()).resolve() == registry.get("v0001").path.resolve()
    assert result.stderr == "the model is v0001, the champion of people\n"


def test_a_folder_takes_precedence_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "people").mkdir()
    result = run("people")
    assert result.stdout == "people\n"
    assert "the folder people, not the champion of the project people" in result.stderr


def test_other_folders_say_nothing(tmp_path: Path) -> None:
    (tmp_path / "other" / "people").mkdir(parents=True)
    for name in ("other", "other/people"):
        result = run(name)
        assert (result.stdout, result.stderr) == (f"{name}\n", "")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("people", "the project 'people' has no champion yet; `nerloop status people`"),
        (
            "peple",
            "no folder 'peple', and there is no project 'peple'; did you mean people?",
        ),
        ("some/where", "'some/where' does not exist"),
        ("nerloop.toml", "'nerloop.toml' is a file"),
    ],
)
def test_what_is_no_model_is_refused(name: str, words: str) -> None:
    result = run(name)
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())


def test_settings_that_cannot_be_read_are_named_where_they_matter(tmp_path: Path) -> None:
    (tmp_path / "nerloop.toml").write_text("[")
    (tmp_path / "model").mkdir()
    assert run("model").stderr == ""
    assert "no folder 'people', and no project" in run("people").stderr
    assert "nerloop.toml is not valid TOML" in run("people").stderr
