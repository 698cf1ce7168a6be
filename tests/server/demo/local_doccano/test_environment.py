import sys
from pathlib import Path

import pytest

from ner.errors import DoccanoUnavailable
from server.demo.local_doccano import environment
from server.demo.local_doccano.environment import (
    DEFAULT_VERSION,
    LOCK,
    default_environment,
    ensure_doccano_environment,
    requirements,
)


@pytest.fixture(autouse=True)
def _default_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOCCANO_VERSION", raising=False)


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
    assert requirements(DEFAULT_VERSION)[0] == "doccano==1.8.4"
    ensure_doccano_environment(folder)
    assert len(commands) == 2


def test_it_is_built_again_for_another_version(
    tmp_path: Path, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure_doccano_environment(tmp_path)
    monkeypatch.setenv("DOCCANO_VERSION", "1.8.2")
    ensure_doccano_environment(tmp_path)
    assert {"doccano==1.8.2", "pydantic<2"} <= set(commands[-1])


def test_a_version_whose_libraries_are_not_known_is_refused(
    tmp_path: Path, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCCANO_VERSION", "1.9")
    with pytest.raises(DoccanoUnavailable, match=r"DOCCANO_VERSION is '1\.9'.* can be 1\.7\.0, "):
        ensure_doccano_environment(tmp_path)
    assert commands == []


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


def test_another_version_has_a_folder_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DOCCANO_ENV", raising=False)
    monkeypatch.setenv("DOCCANO_VERSION", "1.7.0")
    assert default_environment() == tmp_path / ".venv-doccano-1.7.0"
    monkeypatch.setenv("DOCCANO_ENV", "elsewhere")
    assert default_environment() == tmp_path / "elsewhere-1.7.0"
