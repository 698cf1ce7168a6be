"""A status is refreshed in place until Ctrl+C."""

from io import StringIO
from itertools import count

from rich.console import Console

from server.cli.project.status_watch import watch


def test_the_status_is_shown_again_after_each_pause_until_it_is_interrupted() -> None:
    console = Console(file=StringIO(), force_terminal=True, width=80, highlight=False)
    rendered, pauses = count(1), []

    def wait(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            raise KeyboardInterrupt

    watch(console, lambda: f"status {next(rendered)}", wait, 2.0)
    output = console.file.getvalue()  # type: ignore[attr-defined]
    assert pauses == [2.0, 2.0, 2.0]
    assert [f"status {number}" in output for number in (1, 2, 3, 4)] == [True, True, True, False]
    assert output.endswith("\x1b[?25h"), "the cursor is not shown again"
