"""The generated page has the help of every command, and is up to date."""

from pathlib import Path

from docs.commands_page import all_commands, commands_page
from server.cli import COMMANDS

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"


def test_the_page_is_the_one_that_the_code_renders() -> None:
    assert PAGE.read_text(encoding="utf-8") == commands_page(), (
        "run `make docs` and commit the page"
    )


def test_every_command_and_subcommand_is_found() -> None:
    names = {" ".join(path) for path, _ in all_commands()}
    assert {f"nerloop {name}" for name in COMMANDS} <= names
    assert "nerloop models rollback" in names


def test_a_section_shows_the_help_as_it_is_printed() -> None:
    assert "\n## `nerloop up`\n\n```text\nUsage: nerloop up [OPTIONS]\n" in commands_page()
    assert "\n### `nerloop models list`\n\n```text\nUsage: nerloop models list" in commands_page()
