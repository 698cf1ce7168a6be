"""A process killed at any of its steps on the file system leaves nothing half done."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ner.versions.registry import Registry, Version
from tests.support.models.model_folders import make_manifest, make_model_folder

_CHANGES = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "shutil.", "fcntl.")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def is_step(event: str, arguments: tuple[object, ...]) -> bool:
    """Whether an audit event changes the file system or takes a lock; reading changes nothing."""
    if event == "open":
        flags = arguments[2]
        return isinstance(flags, int) and bool(flags & _WRITING)
    return event.startswith(_CHANGES)


def killed_at(step: int, action: Callable[[], object]) -> bool:
    """Runs the action in a process that is killed at the step; False when it finished before."""
    child = os.fork()
    if child == 0:
        seen = 0

        def count(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal seen
            if is_step(event, arguments):
                seen += 1
                if seen == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        try:
            action()
        except BaseException:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0
    return False


def leftovers(registry: Registry) -> list[str]:
    return [path.name for path in registry.folder.glob(".tmp-*")]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return make_model_folder(tmp_path / "source")


def test_adding_killed_at_any_step_leaves_whole_versions_only(tmp_path: Path, source: Path) -> None:
    registry = Registry(tmp_path / "models", "papers")
    steps = 0

    def add() -> Version:
        return registry.add(source, make_manifest(run_id=f"run-{steps}"))

    while killed_at(steps + 1, add):
        for name in registry.names():
            registry.verify(name)
        version = add()
        registry.verify(version.name)
        assert leftovers(registry) == []
        registry.prune(keep=1)
        steps += 1

    assert steps > 20


def test_promoting_killed_at_any_step_leaves_the_old_or_the_new_champion(
    tmp_path: Path, source: Path
) -> None:
    registry = Registry(tmp_path / "models", "papers")
    registry.add(source, make_manifest())
    registry.add(source, make_manifest())
    registry.promote("v0001", expected=None, reason="first")
    champion, other, steps = "v0001", "v0002", 0

    def promote() -> None:
        registry.promote(other, expected=champion, reason="race")

    while killed_at(steps + 1, promote):
        current = registry.current()
        assert current is not None
        assert current.version in (champion, other)
        assert registry.champion() is not None
        assert registry.history()[-1] == current
        promote()
        sequence = [promotion.sequence for promotion in registry.history()]
        assert sequence == list(range(1, len(sequence) + 1))
        assert leftovers(registry) == []
        champion, other, steps = other, champion, steps + 1

    assert steps >= 10


def test_pruning_killed_at_any_step_leaves_whole_versions_only(
    tmp_path: Path, source: Path
) -> None:
    registry = Registry(tmp_path / "models", "papers")
    steps = 0
    registry.add(source, make_manifest())
    registry.add(source, make_manifest())
    while killed_at(steps + 1, lambda: registry.prune(keep=1)):
        for name in registry.names():
            registry.verify(name)
        registry.prune(keep=1)
        assert leftovers(registry) == []
        registry.add(source, make_manifest())
        steps += 1

    assert steps > 5
