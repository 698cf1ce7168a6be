"""The exit status and the options of `nerloop demo`; the demo itself is replaced."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.cli import main
from server.cli.demo_command import FOLDER, SCRIPTED_FOLDER
from server.demo.run import DemoOptions


class FakeDemo:
    """Records its options; returns `worked`, or raises KeyboardInterrupt if it is None."""

    worked: bool | None = True
    options: DemoOptions

    def __call__(self, options: DemoOptions, *_others: object) -> bool:
        self.options = options
        if self.worked is None:
            raise KeyboardInterrupt
        return self.worked


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDemo]:
    fake = FakeDemo()
    monkeypatch.setattr("server.demo.run.run_demo", fake)
    before = signal.getsignal(signal.SIGTERM)
    yield fake
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize(
    ("arguments", "worked", "status"),
    [
        (["--reviewer", "auto"], True, 0),
        (["--reviewer", "auto"], False, 1),
        (["--reviewer", "auto"], None, 1),
        ([], None, 0),
    ],
)
def test_the_status_says_whether_the_scripted_demo_worked(
    demo: FakeDemo, arguments: list[str], worked: bool | None, status: int
) -> None:
    demo.worked = worked
    result = CliRunner().invoke(main, ["demo", *arguments])
    assert result.exit_code == status, result.output
    assert ("Stopped." in result.output) is (worked is None)


def test_a_scripted_demo_has_its_own_folder(demo: FakeDemo, tmp_path: Path) -> None:
    CliRunner().invoke(main, ["demo"])
    assert (demo.options.folder, demo.options.scripted) == (FOLDER, False)
    CliRunner().invoke(main, ["demo", "--reviewer", "auto"])
    assert (demo.options.folder, demo.options.scripted) == (SCRIPTED_FOLDER, True)
    CliRunner().invoke(main, ["demo", "--folder", str(tmp_path)])
    assert demo.options.folder == tmp_path


def test_rounds_that_are_too_small_are_refused_before_anything_starts(demo: FakeDemo) -> None:
    result = CliRunner().invoke(main, ["demo", "--reviewer", "auto", "--documents", "60"])
    assert result.exit_code == 1
    assert "makes a round of 8 documents" in result.output
    assert not hasattr(demo, "options")
