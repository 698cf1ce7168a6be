import io

from rich.console import Console

from server.demo.screen import Screen
from worker.progress import JobProgress


def shown(*, terminal: bool) -> str:
    console = Console(file=io.StringIO(), force_terminal=terminal, width=120)
    with Screen(console) as screen:
        screen.say("a [line]")
        screen.begin("training")
        screen.training(None)
        screen.training(JobProgress(phase="training", epoch=1.0, epochs=8, f1=0.5))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_without_a_terminal_only_lines_are_printed() -> None:
    assert shown(terminal=False) == "a [line]\n"


def test_on_a_terminal_the_activity_is_shown_with_its_f1() -> None:
    assert "a [line]" in shown(terminal=True)
    assert "validation F1 0.500" in shown(terminal=True)
