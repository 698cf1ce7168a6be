import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from ner.errors import NerloopError
from server.cli import COMMANDS, main
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
    result = CliRunner().invoke(main, ["tarin"])

    assert result.exit_code == 2
    assert "No such command 'tarin'" in result.output


@click.command()
@click.argument("kind")
def failing(kind: str) -> None:
    raise NerloopError("port 8200 is taken: stop what listens there") if kind == "ours" else OSError


def group() -> LazyGroup:
    return LazyGroup(entries={"fail": CommandEntry(f"{__name__}:failing", "Fails.")})


def test_an_error_of_ours_is_one_line_on_standard_error_and_status_1() -> None:
    result = CliRunner().invoke(group(), ["fail", "ours"])

    assert result.exit_code == 1
    assert result.stderr == "Error: port 8200 is taken: stop what listens there\n"
    assert result.stdout == ""


def test_an_error_that_nobody_expected_is_not_hidden() -> None:
    result = CliRunner().invoke(group(), ["fail", "theirs"])

    assert isinstance(result.exception, OSError)


def test_a_target_that_is_no_command_is_refused() -> None:
    with pytest.raises(TypeError, match="is a function, not a command"):
        CommandEntry("json:dumps", "").load()
