"""A group of commands that imports a command only to run it and reports errors in a few lines."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

from ner.errors import NerloopError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """The command's location, as `module:attribute`, and its line in the group's help."""

    target: str
    help: str

    def load(self) -> click.Command:
        """Imports the command."""
        module, _, attribute = self.target.partition(":")
        command = getattr(import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{self.target} is a {type(command).__name__}, not a command")
        return command


class LazyGroup(click.Group):
    """A group of the commands in `entries`; its help with their list imports none of them.

    The message of a command's NerloopError is printed to standard error, followed by the first of
    `hints` whose class matches; the exit status is 1. The traceback is logged at DEBUG.
    """

    def __init__(
        self,
        *args: Any,
        entries: Mapping[str, CommandEntry],
        hints: Mapping[type[NerloopError], str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._entries = entries
        self._hints = hints or {}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        """The names in the order of `entries`."""
        return list(self._entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Imports the command of that name; None if there is none."""
        entry = self._entries.get(cmd_name)
        return entry.load() if entry else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command to run. A misspelt name is answered with the one that was meant."""
        close = get_close_matches(args[0], self._entries, n=1)
        if close and args[0] not in self._entries:
            ctx.fail(f"there is no command {args[0]!r}; did you mean {close[0]}?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Writes the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in self._entries.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command. Raises ClickException for a NerloopError."""
        try:
            return super().invoke(ctx)
        except NerloopError as error:
            logger.debug("command failed", exc_info=True)
            hint = next((text for kind, text in self._hints.items() if isinstance(error, kind)), "")
            raise click.ClickException(f"{error}\n{hint}".rstrip()) from None
