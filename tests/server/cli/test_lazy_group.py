import logging
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ner.errors import CorruptVersion, NerloopError, QueueError, RegistryError, VersionNotFound
from server.cli import COMMANDS, HINTS, main
from server.cli.lazy_group import CommandEntry, LazyGroup

HEAVY = ("torch", "transformers", "sqlalchemy", "flask", "redis", "rq", "requests", "numpy")


def test_help_lists_every_command_with_its_line() -> None:
    result = CliRunner().invoke(main, ["--help"], terminal_width=120)

    assert result.exit_code == 0
    for name, entry in COMMANDS.items():
        assert f"  {name} " in result.output
        assert entry.help in result.output


def test_help_imports_no_command_and_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from server.cli import main\n"
        "main(['--help'], standalone_mode=False)\n"
        "print('IMPORTED', *sys.modules, file=sys.stderr)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    imported = set(result.stderr.split("IMPORTED")[1].split())

    assert imported.isdisjoint(HEAVY)
    assert not [name for name in imported if name.endswith("_commands")]


def test_the_version_is_that_of_the_distribution() -> None:
    result = CliRunner().invoke(main, ["--version"])

    assert result.output.startswith("nerloop, version ")


def test_an_unknown_command_is_refused() -> None:
    result = CliRunner().invoke(main, ["xylophone"])

    assert result.exit_code == 2
    assert "No such command 'xylophone'" in result.output
    assert "did you mean" not in result.output


@click.command()
@click.argument("kind")
def failing(kind: str) -> None:
    errors: dict[str, Exception] = {
        "ours": NerloopError("port 8200 is taken: stop what listens there"),
        "theirs": OSError(),
        "queue": QueueError("no queue"),
        "version": VersionNotFound("no version 'v0009'"),
        "corrupt": CorruptVersion("v0001 is corrupt"),
    }
    raise errors[kind]


def group(hints: Mapping[type[NerloopError], str] | None = None) -> LazyGroup:
    entries = {"fail": CommandEntry(f"{__name__}:failing", "Fails.")}
    return LazyGroup(entries=entries, hints=hints)


def test_an_error_of_ours_is_one_line_on_standard_error_and_status_1() -> None:
    result = CliRunner().invoke(group(), ["fail", "ours"])

    assert result.exit_code == 1
    assert result.stderr == "Error: port 8200 is taken: stop what listens there\n"
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("kind", "printed"),
    [
        ("corrupt", "Error: v0001 is corrupt\nTrain another.\n"),
        ("version", "Error: no version 'v0009'\nList them.\n"),
        ("queue", "Error: no queue\n"),
    ],
)
def test_an_error_is_followed_by_the_first_hint_for_its_class(kind: str, printed: str) -> None:
    hints = {CorruptVersion: "Train another.", RegistryError: "List them."}
    result = CliRunner().invoke(group(hints), ["fail", kind])

    assert result.exit_code == 1
    assert result.stderr == printed


def test_the_hint_for_a_version_that_does_not_exist_names_the_command_that_lists_them(
    tmp_path: Path,
) -> None:
    (tmp_path / "papers").mkdir()
    arguments = ["models", "--models-dir", str(tmp_path), "show", "papers", "v0009"]
    result = CliRunner().invoke(main, arguments)

    assert result.exit_code == 1
    assert result.stderr.endswith(f"\n{HINTS[VersionNotFound]}\n")
    assert "`nerloop models list`" in HINTS[VersionNotFound]


def test_the_traceback_of_an_error_is_logged_at_debug(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "server.cli.lazy_group")
    CliRunner().invoke(group(), ["fail", "ours"])

    (record,) = [r for r in caplog.records if r.name == "server.cli.lazy_group"]
    assert (record.levelno, record.exc_info and record.exc_info[0]) == (logging.DEBUG, NerloopError)


@pytest.mark.parametrize(("name", "meant"), [("conect", "connect"), ("tarin", "train")])
def test_a_misspelt_command_is_answered_with_what_was_meant(name: str, meant: str) -> None:
    result = CliRunner().invoke(main, [name, "papers"])

    assert result.exit_code == 2
    assert f"there is no command {name!r}; did you mean {meant}?" in result.stderr


def test_any_other_error_is_not_caught() -> None:
    result = CliRunner().invoke(group(), ["fail", "theirs"])

    assert isinstance(result.exception, OSError)


def test_a_target_that_is_not_a_command_is_refused() -> None:
    with pytest.raises(TypeError, match="is a function, not a command"):
        CommandEntry("json:dumps", "").load()
