"""The folder of a demo: new, continued, or emptied."""

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from filelock import FileLock, Timeout

from ner.errors import SettingsError
from ner.files import write_private

MARKER = "demo.json"
LOCK = "demo.lock"


@dataclass(frozen=True, slots=True)
class DemoState:
    """What a demo needs to continue. `doccano_project` is set once the project is complete."""

    scripted: bool
    reviewer_password: str
    doccano_project: int | None = None


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """The paths in a demo's folder."""

    root: Path

    @property
    def doccano(self) -> Path:
        """Doccano's data."""
        return self.root / "doccano"

    @property
    def data(self) -> Path:
        """nerloop's data directory."""
        return self.root / "data"

    @property
    def config(self) -> Path:
        """nerloop's settings, for ``NERLOOP_CONFIG=<this> nerloop status`` while the demo runs."""
        return self.root / "nerloop.toml"

    @property
    def log(self) -> Path:
        """The output of nerloop's processes."""
        return self.root / "nerloop.log"

    def read(self) -> DemoState | None:
        """The state, or None if the folder has no demo."""
        try:
            content = json.loads((self.root / MARKER).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        if "project" in content:  # the key of earlier versions
            content["doccano_project"] = content.pop("project")
        return DemoState(**content)

    def keep_project(self, state: DemoState, doccano_project: int) -> DemoState:
        """Records that the project is complete, and returns the new state."""
        complete = replace(state, doccano_project=doccano_project)
        self._write(complete)
        return complete

    def start_over(self, *, scripted: bool) -> DemoState:
        """Removes the files of the previous demo and returns a new state."""
        for path in (self.doccano, self.data):
            shutil.rmtree(path, ignore_errors=True)
        for file in (self.config, self.log):
            file.unlink(missing_ok=True)
        state = DemoState(scripted, reviewer_password=secrets.token_urlsafe(12))
        self._write(state)
        return state

    def _write(self, state: DemoState) -> None:
        write_private(self.root / MARKER, json.dumps(asdict(state)))


@contextmanager
def opened_folder(
    root: Path, *, scripted: bool, fresh: bool
) -> Iterator[tuple[DemoFolder, DemoState]]:
    """Locks the folder for this demo and yields it with its state.

    A person's demo continues where it stopped if its project was complete; a scripted one starts
    over, as does any with `fresh`. Raises SettingsError for a folder with other files, for one that
    another demo uses, and, for a scripted demo without `fresh`, for one with a person's demo.
    """
    folder = DemoFolder(root.absolute())
    state = folder.read()
    if state is None and root.is_dir() and {path.name for path in root.iterdir()} - {LOCK}:
        raise SettingsError(
            f"{root} contains files that no demo has written; choose a new folder with --folder"
        )
    try:
        lock = FileLock(folder.root / LOCK).acquire(blocking=False)
    except Timeout:
        raise SettingsError(
            f"a demo is already running in {root}; stop it, or use --folder"
        ) from None
    with lock:
        if state and scripted and not state.scripted and not fresh:
            raise SettingsError(
                f"{root} contains a demo that a person has annotated; choose another folder with "
                "--folder, or delete them with --fresh"
            )
        if state is None or state.doccano_project is None or scripted or fresh:
            state = folder.start_over(scripted=scripted)
        yield folder, state
