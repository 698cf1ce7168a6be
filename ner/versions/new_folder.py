"""Writes a finished model to a new folder, completely or not at all."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ner.errors import TrainingError
from ner.files import sync_folder, sync_tree


def check_output(output: Path) -> None:
    """Raises TrainingError when `output` exists and is not an empty folder."""
    if output.exists() and not (output.is_dir() and not any(output.iterdir())):
        raise TrainingError(f"{output} exists and is not empty: name a new folder, or remove it")


@contextmanager
def new_folder(output: Path) -> Iterator[Path]:
    """A temporary folder beside `output`, renamed to `output` after its files are on the disk.

    It is removed when the context raises.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    # Not by mkdtemp, so that the umask says who may read it.
    temporary = output.parent / f".tmp-{output.name}-{secrets.token_hex(8)}"
    temporary.mkdir()
    try:
        yield temporary
        sync_tree(temporary)
        temporary.rename(output)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    sync_folder(output.parent)
