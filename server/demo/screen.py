"""The demo on the terminal: lines of text, and below them the current activity."""

from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from worker.progress import JobProgress


class Screen:
    """Prints lines and shows one activity; without a terminal, only the lines."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[figures]}", markup=False),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("", visible=False, figures="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def say(self, text: str = "") -> None:
        """Prints a line."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def show(self, renderable: RenderableType) -> None:
        """Prints a table."""
        self._console.print(renderable)

    def begin(self, activity: str, total: float | None = None) -> None:
        """Shows a new activity; `total` is its number of steps, if known."""
        self._bar.reset(self._task, description=activity, total=total, visible=True, figures="")

    def advance(self, figures: str = "") -> None:
        """Advances the activity by one step."""
        self._bar.update(self._task, advance=1, figures=figures)

    def training(self, progress: JobProgress | None) -> None:
        """Shows the progress of a training."""
        if progress is None:
            return
        f1 = "" if progress.f1 is None else f"validation F1 {progress.f1:.3f}"
        self._bar.update(
            self._task, total=progress.epochs, completed=progress.epoch or 0, figures=f1
        )

    def end(self) -> None:
        """Hides the activity."""
        self._bar.update(self._task, visible=False)
