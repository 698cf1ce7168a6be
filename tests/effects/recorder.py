"""Records the effects of a process, and lets a fault strike at one of them."""

import json
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeVar

T = TypeVar("T")

Kind = Literal["commit", "file", "redis", "doccano"]

ROOT = Path(__file__).parents[2]
PACKAGES = tuple(f"{ROOT / package}{os.sep}" for package in ("ner", "worker", "server"))
# What others call for an effect says nothing about its reason.
PASSED_THROUGH = ("worker/store/database/store.py", "worker/doccano/transport.py", "ner/files.py")
KILLED_BEFORE = "killed before"
KILLED_AFTER = "killed after"


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """One effect of the reference loop.

    `role` names the process, `what` the effect, `site` the statement of nerloop that caused it;
    `occurrence` counts from 1 among the effects of a stage that agree in all of these.
    """

    stage: int
    role: str
    kind: Kind
    what: str
    site: str
    occurrence: int

    def __str__(self) -> str:
        place = f"{self.site} in {self.role}, stage {self.stage}"
        return f"{self.what} #{self.occurrence} at {place}"


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong at a point: the process is killed, or the effect fails in a named way."""

    point: Point
    way: str

    def __str__(self) -> str:
        return f"{self.point}: {self.way}"


class Recorder:
    """Writes each effect of this process to `folder`, and strikes at that of the fault.

    Only the main thread's effects are points: those of others have no fixed order.
    """

    def __init__(self, folder: Path, stage: int, role: str, fault: Fault | None) -> None:
        self.folder = folder
        self._stage = stage
        self._role = role
        self._fault = fault
        self._counts = Counter(replaced(point, occurrence=0) for point in read_points(folder))
        self._file = os.open(points_file(folder), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._thread = threading.get_ident()
        self._busy = False

    def perform(
        self,
        kind: Kind,
        what: str,
        effect: Callable[[], T],
        failures: Mapping[str, Callable[[], T]],
    ) -> T:
        """Performs an effect, or what the fault makes of it; effects inside it are not counted."""
        if self._busy or threading.get_ident() != self._thread:
            return effect()
        self._busy = True
        try:
            way = self._next(kind, what)
            if way is None:
                return effect()
            self._strike()
            if way == KILLED_BEFORE:
                os.kill(os.getpid(), signal.SIGKILL)
            if way == KILLED_AFTER:
                effect()
                os.kill(os.getpid(), signal.SIGKILL)
            return failures[way]()
        finally:
            self._busy = False

    def _next(self, kind: Kind, what: str) -> str | None:
        """Counts and records the point; returns what goes wrong at it, None for nothing."""
        uncounted = Point(self._stage, self._role, kind, what, _site(), 0)
        self._counts[uncounted] += 1
        point = replaced(uncounted, occurrence=self._counts[uncounted])
        os.write(self._file, json.dumps(asdict(point)).encode() + b"\n")
        struck = struck_file(self.folder).exists()
        return (
            self._fault.way if self._fault and point == self._fault.point and not struck else None
        )

    def _strike(self) -> None:
        struck_file(self.folder).touch()


def replaced(point: Point, *, occurrence: int) -> Point:
    """The point with another `occurrence`."""
    return Point(point.stage, point.role, point.kind, point.what, point.site, occurrence)


def read_points(folder: Path) -> list[Point]:
    """The points that were recorded in `folder`, in order."""
    path = points_file(folder)
    lines = path.read_text().splitlines() if path.exists() else []
    return [Point(**json.loads(line)) for line in lines]


def struck_file(folder: Path) -> Path:
    """The file that is made when the fault strikes."""
    return folder / "struck"


def points_file(folder: Path) -> Path:
    """The file with a line for each effect."""
    return folder / "points.jsonl"


def _site() -> str:
    """The innermost function of nerloop that runs, as ``worker/collect/collect.py:collect``."""
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(PACKAGES):
            file = Path(name).relative_to(ROOT).as_posix()
            if file not in PASSED_THROUGH:
                return f"{file}:{frame.f_code.co_name}"
        frame = frame.f_back
    return "a library"
