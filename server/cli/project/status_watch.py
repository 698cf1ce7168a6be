"""Shows a status in place and refreshes it, until Ctrl+C."""

from collections.abc import Callable

from rich.console import Console, RenderableType
from rich.live import Live


def watch(
    console: Console,
    render: Callable[[], RenderableType],
    wait: Callable[[float], object],
    seconds: float,
) -> None:
    """Displays what `render` returns, again after each `wait` of so many `seconds`.

    Returns at Ctrl+C, and leaves the last display on the terminal.
    """
    try:
        with Live(render(), console=console, auto_refresh=False) as live:
            while True:
                wait(seconds)
                live.update(render(), refresh=True)
    except KeyboardInterrupt:
        return
