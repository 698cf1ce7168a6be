"""The folder that a demo lives in: new, found again, or made anew."""

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
    """What a demo must know to go on: whose it is, and its project once that is complete."""

    scripted: bool
    reviewer_password: str
    doccano_project: int | None = None


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """The places in a demo's folder."""

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
        """nerloop's settings; ``NERLOOP_CONFIG=<this> nerloop status`` works beside the demo."""
        return self.root / "nerloop.toml"

    @property
    def log(self) -> Path:
        """What nerloop's processes print."""
        return self.root / "nerloop.log"

    def read(self) -> DemoState | None:
        """The state, or None in a folder that holds no demo."""
        try:
            content = json.loads((self.root / MARKER).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        if "project" in content:  # as earlier versions called it
            content["doccano_project"] = content.pop("project")
        return DemoState(**content)

    def keep_project(self, state: DemoState, doccano_project: int) -> DemoState:
        """Notes that the project is complete."""
        complete = replace(state, doccano_project=doccano_project)
        self._write(complete)
        return complete

    def start_anew(self, *, scripted: bool) -> DemoState:
        """Empties the folder of the demo that was in it."""
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
    """The folder for this demo alone, and its state; without a `doccano_project` it starts anew.

    A person's demo goes on where it was; a scripted one starts anew, as does any with `fresh`.
    Raises SettingsError for a folder that something else is in, that another demo uses, or, for a
    scripted demo without `fresh`, that a person has annotated in.
    """
    folder = DemoFolder(root.absolute())
    state = folder.read()
    if state is None and root.is_dir() and {path.name for path in root.iterdir()} - {LOCK}:
        raise SettingsError(
            f"{root} holds something that is no demo; choose a new folder with --folder"
        )
    try:
        lock = FileLock(folder.root / LOCK).acquire(blocking=False)
    except Timeout:
        raise SettingsError(f"a demo runs already in {root}; stop it, or choose --folder") from None
    with lock:
        if state and scripted and not state.scripted and not fresh:
            raise SettingsError(
                f"{root} holds a demo that a person annotates in; choose another with --folder, or "
                "say --fresh to throw its annotations away"
            )
        if state is None or state.doccano_project is None or scripted or fresh:
            state = folder.start_anew(scripted=scripted)
        yield folder, state
