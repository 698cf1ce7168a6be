"""Who may open files."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def open_to_others(folder: Path) -> list[str]:
    """The folder and everything below it that group or others may open, with its rights."""
    paths = [folder, *folder.rglob("*")]
    rights = {path: path.lstat().st_mode & 0o777 for path in paths if not path.is_symlink()}
    return [f"{path} {mode:o}" for path, mode in rights.items() if mode & 0o077]


@contextmanager
def wide_umask() -> Iterator[None]:
    """A umask that takes no right from anybody."""
    previous = os.umask(0)
    try:
        yield
    finally:
        os.umask(previous)
