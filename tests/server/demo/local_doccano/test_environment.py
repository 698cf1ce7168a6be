import sys
from pathlib import Path

import pytest

from ner.errors import DoccanoUnavailable
from server.demo.local_doccano import environment
from server.demo.local_doccano.environment import (
    LOCK,
    default_environment,
    ensure_doccano_environment,
)


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that build the environment, which are recorded instead of run."""
    commands: list[list[str]] = []
    monkeypatch.setattr(environment, "_run", commands.append)
    return commands


def test_it_is_built_once_for_the_same_requirements(
    tmp_path: Path, commands: list[list[str]]
) -> None:
    folder = tmp_path / "doccano"
    folder.mkdir()
    assert ensure_doccano_environment(folder) == folder
    assert commands[0] == [sys.executable, "-m", "venv", "--clear", str(folder)]
    assert commands[1][-4:] == ["--require-hashes", "--no-deps", "-r", str(LOCK)]
    ensure_doccano_environment(folder)
    assert len(commands) == 2


def test_it_is_built_again_for_other_requirements(
    tmp_path: Path, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure_doccano_environment(tmp_path)
    monkeypatch.setattr(environment, "REQUIREMENTS", ("doccano==1.8.3",))
    ensure_doccano_environment(tmp_path)
    assert len(commands) == 4


def test_a_failed_build_is_an_error_with_the_end_of_its_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/ls")
    with pytest.raises(DoccanoUnavailable, match=r"(?s)-m venv.*package index"):
        ensure_doccano_environment(tmp_path / "doccano")
    assert not (tmp_path / "doccano").exists()


def test_the_folder_is_named_by_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOCCANO_ENV", "elsewhere")
    assert default_environment() == tmp_path / "elsewhere"
    monkeypatch.delenv("DOCCANO_ENV")
    assert default_environment() == tmp_path / ".venv-doccano"
