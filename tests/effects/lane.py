"""One loop with neighbours of its own, which is put back to the start of a stage for each case."""

import shutil
import sqlite3
import time
import tomllib
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from redis import Redis

from server.demo.local_doccano import LocalDoccano
from server.demo.local_doccano.doccano import DATABASE
from tests.effects.effects import install
from tests.effects.outcome import Outcome, differences, read_outcome, wrong_answers
from tests.effects.processes import Turn, answers_file, take_turn
from tests.effects.recorder import Fault, Point, points_file, read_points, struck_file
from tests.effects.scenario import CHANGES, FIRST, STAGES, UNSEEN, Scenario
from tests.support.running.running_loop import PROJECT, settings_text
from worker.settings import Settings
from worker.store.database import open_store
from worker.store.tokens import issue_token

# Turns without a change after which the loop without a fault has come to rest.
REST = 1
LONGEST_SECONDS = 60.0
# A point that depends on timing, such as the third enqueueing of a cron, does not come each time.
ATTEMPTS = 4
# The loop's data, and the answers of Doccano that a stale one is taken from.
FOLDERS = ("data", "answers")

# Redis's own copies of the values, and the milliseconds left to each key.
Keys = dict[bytes, tuple[bytes, int]]


@dataclass(frozen=True, slots=True)
class Reference:
    """The loop without a fault: its points, and the outcome and the turns of each stage."""

    points: tuple[Point, ...]
    outcomes: tuple[Outcome, ...]
    turns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """How a case ended. `seconds` from the fault until the loop was level again."""

    fault: Fault
    struck: bool
    seconds: float
    problems: tuple[str, ...] = ()

    @property
    def is_level(self) -> bool:
        """Whether the fault struck and the loop ended as without it."""
        return self.struck and not self.problems


@dataclass
class Lane:
    """A loop in `folder`. Only one process may use it."""

    folder: Path
    doccano: LocalDoccano
    redis_url: str
    base_model: Path
    _token: str = field(default="", init=False)
    _reference: Reference | None = field(default=None, init=False)
    _kept_keys: dict[int, Keys] = field(default_factory=dict, init=False)

    def prepare(self) -> Reference:
        """Runs the loop without a fault, and keeps how each stage began."""
        install(self.doccano.url)
        self._write_settings()
        scenario = Scenario(self.doccano)
        assert scenario.project.id == 1, "the Doccano has projects already"
        with (
            closing(open_store(self._settings.resolved_store_url)) as store,
            store.begin() as session,
        ):
            self._token = issue_token(session, "predict", PROJECT, datetime.now(UTC))
        outcomes, turns, points = [], [], []
        for stage in range(1, STAGES + 1):
            scenario.play(stage)
            self._keep(stage)
            self._restore(stage)
            seen: list[Outcome] = []
            while len(seen) <= REST or any(other != seen[-1] for other in seen[-REST - 1 :]):
                self._take_turn(stage, None)
                seen.append(read_outcome(self._settings))
            outcomes.append(seen[-1])
            turns.append(len(seen))
            points += read_points(self.folder)
        self._reference = Reference(tuple(points), tuple(outcomes), tuple(turns))
        return self._reference

    def run(self, fault: Fault) -> Result:
        """Runs the stage of the fault with it, again if it was not reached, until it is level."""
        for _ in range(ATTEMPTS):
            result = self._run_once(fault)
            if result.struck:
                break
        return result

    def _run_once(self, fault: Fault) -> Result:
        assert self._reference is not None
        stage = fault.point.stage
        expected = self._reference.outcomes[stage - 1]
        self._restore(stage)
        deadline = time.monotonic() + LONGEST_SECONDS
        turns, level_at, problems = 0, None, ["no turn was made"]
        while problems or turns < self._reference.turns[stage - 1]:
            if time.monotonic() > deadline:
                break
            self._take_turn(stage, fault)
            turns += 1
            problems = differences(expected, read_outcome(self._settings))
            level_at = None if problems else level_at or time.time()
        problems += [f"the server answered {line}" for line in wrong_answers(self.folder)]
        struck = struck_file(self.folder)
        if not struck.exists():
            return Result(fault, struck=False, seconds=0.0)
        seconds = max(0.0, (level_at or time.time()) - struck.stat().st_mtime)
        return Result(fault, struck=True, seconds=seconds, problems=tuple(problems))

    def log(self) -> str:
        """What the loop's processes have written in the last case."""
        return (self.folder / "log").read_text(errors="replace")

    @property
    def _settings(self) -> Settings:
        return Settings(**tomllib.loads((self.folder / "nerloop.toml").read_text()))

    @property
    def _doccano_database(self) -> Path:
        return self.doccano.folder / DATABASE

    def _take_turn(self, stage: int, fault: Fault | None) -> None:
        take_turn(Turn(self.folder, stage, fault, self._token, UNSEEN.text))

    def _write_settings(self) -> None:
        self.folder.mkdir()
        own = {"base_model": str(self.base_model), "redis_url": self.redis_url}
        rules = f"first_documents = {len(FIRST)}, min_changed = {CHANGES}, quiet_seconds = 0"
        project = f"retrain = {{ {rules}, backoff_seconds = 0.1 }}\ntraining = {{ epochs = 3 }}"
        text = settings_text(self.folder, self.doccano, 1, own, project)
        (self.folder / "nerloop.toml").write_text(text)

    def _keep(self, stage: int) -> None:
        """Keeps the loop's data, what is in Redis, and Doccano's database."""
        kept = self.folder / f"stage-{stage}"
        (self.folder / "answers").mkdir(exist_ok=True)
        for name in FOLDERS:
            shutil.copytree(self.folder / name, kept / name)
        _copy_database(self._doccano_database, kept / "doccano.sqlite3")
        with Redis.from_url(self.redis_url) as redis:
            keys = {key: (redis.dump(key), redis.pttl(key)) for key in redis.scan_iter()}
        self._kept_keys[stage] = keys

    def _restore(self, stage: int) -> None:
        """Puts everything back to what was kept, and forgets the last case."""
        kept = self.folder / f"stage-{stage}"
        for name in FOLDERS:
            shutil.rmtree(self.folder / name)
            shutil.copytree(kept / name, self.folder / name)
        _copy_database(kept / "doccano.sqlite3", self._doccano_database)
        with Redis.from_url(self.redis_url) as redis:
            redis.flushall()
            # Another first EVALSHA would find the script that the reference had to load.
            redis.script_flush()
            for key, (value, milliseconds) in self._kept_keys[stage].items():
                redis.restore(key, max(milliseconds, 0), value)
        for path in (points_file(self.folder), struck_file(self.folder), answers_file(self.folder)):
            path.unlink(missing_ok=True)
        (self.folder / "log").write_bytes(b"")


def _copy_database(source: Path, target: Path) -> None:
    """Copies an SQLite database, also over one that a program has open."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
