"""Renders docs/commands.md, with the help of every command, from the commands themselves."""

from collections.abc import Iterator

import click

from server.cli import main

INTRODUCTION = """\
<!-- Written by `make docs` from the help texts in server/cli. Change them there. -->

# Commands

What each command prints with `--help`. Every command exits with status 0 if it did its work and
with status 1 and a message on standard error if not; wrong arguments exit with status 2.
"""
WIDTH = 80


def commands_page() -> str:
    """Returns the page as Markdown."""
    sections = [INTRODUCTION]
    for path, command in all_commands():
        name = " ".join(path)
        sections.append(f"{'#' * len(path)} `{name}`\n\n```text\n{_help(name, command)}\n```\n")
    return "\n".join(sections)


def all_commands() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yields each command below `nerloop` with the words that call it, parents first."""
    yield from _below(("nerloop",), main)


def _below(
    path: tuple[str, ...], group: click.Group
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None:
            raise LookupError(f"{' '.join(path)} lists {name!r} but has no such command")
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from _below((*path, name), command)


def _help(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name, terminal_width=WIDTH)
    return command.get_help(context)
