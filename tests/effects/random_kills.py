"""``python -m tests.effects.random_kills``: the demo, while processes of the loop are killed.

A scripted review is run once undisturbed, and then once for each seed while a random process of the
loop (server, workers, their jobs, cron, Valkey) is killed every few seconds. It must end with the
same documents and with versions as good, and not ten times later.
"""

import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import click
import psutil

from ner.scoring.evaluation import evaluate
from ner.tagger import Tagger
from ner.versions.registry import Registry
from worker.store.database import open_store
from worker.store.training.datasets import Dataset, load_dataset

PROJECT = "papers"
FIRST_LINE = "Round 1"
# A version is as good if its F1 is lower by less than trainings with other seeds differ.
LOWEST_DIFFERENCE = 0.05
LONGEST = 10


@dataclass
class Demo:
    """One run of the demo; `kills` counts the processes that were killed by their role."""

    folder: Path
    documents: int
    status: int = -1
    seconds: float = 0.0
    f1: float = 0.0
    data: Dataset | None = None
    kills: Counter[str] = field(default_factory=Counter)
    output: list[str] = field(default_factory=list)

    def run(self, pauses: Iterator[float] | None, random_: random.Random) -> None:
        """Runs the demo; kills after each pause once the review has begun."""
        began = time.monotonic()
        options = ["--reviewer", "auto", "--folder", self.folder, "--documents", self.documents]
        process = subprocess.Popen(
            [sys.executable, "-m", "server.cli", "demo", *map(str, options)],
            stdout=subprocess.PIPE,
            text=True,
        )
        reader = Thread(target=self._read, args=(process,))
        reader.start()
        while process.poll() is None:
            time.sleep(next(pauses) if pauses and self._has_begun() else 0.5)
            if pauses and self._has_begun():
                self._kill_one(process.pid, random_)
        reader.join()
        self.status, self.seconds = process.returncode, time.monotonic() - began
        self._read_end()

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.output.append(line.rstrip())

    def _has_begun(self) -> bool:
        return any(line.startswith(FIRST_LINE) for line in self.output)

    def _kill_one(self, demo: int, random_: random.Random) -> None:
        with suppress(psutil.NoSuchProcess):
            loop = [process for process in _descendants(demo) if _role(process) == "up"]
            found = [process for up in loop[:1] for process in up.children(recursive=True)]
            if found:
                victim = random_.choice(sorted(found, key=lambda process: process.pid))
                role = _role(victim)
                victim.kill()
                self.kills[role] += 1

    def _read_end(self) -> None:
        with (
            closing(open_store(f"sqlite:///{self.folder / 'data' / 'nerloop.sqlite3'}")) as store,
            store.read() as session,
        ):
            self.data = load_dataset(session, PROJECT)
        champion = Registry(self.folder / "data" / "models", PROJECT).champion()
        if champion is not None:
            held_out = self.data.held_out
            texts = [document.text for document in held_out]
            predictions = Tagger.load(champion.path).predict(texts)
            spans = [prediction.spans for prediction in predictions]
            self.f1 = evaluate(held_out, spans).strict.micro.f1


def _descendants(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


def _role(process: psutil.Process) -> str:
    """What the process does, from its command line."""
    words = process.cmdline()
    line = " ".join(words)
    if "valkey-server" in line:
        return "valkey"
    if "work_horse" in line:
        return "training"
    if "--queues" in line:
        parent = process.parent()
        forked = parent is not None and parent.cmdline() == words
        return "check" if forked else f"worker of {words[words.index('--queues') + 1]}"
    names = ("up", "cron", "server")
    return next((name for name in names if name in words[1:]), "other")


def _pauses(random_: random.Random, mean: float) -> Iterator[float]:
    while True:
        yield random_.expovariate(1 / mean)


def _problems(killed: Demo, undisturbed: Demo) -> list[str]:
    problems = []
    if killed.status != 0:
        problems.append(f"the demo ended with status {killed.status}")
    if _content(killed) != _content(undisturbed):
        problems.append("its documents differ from those of the undisturbed demo")
    if killed.f1 < undisturbed.f1 - LOWEST_DIFFERENCE:
        problems.append("its champion is worse than that of the undisturbed demo")
    if killed.seconds > LONGEST * undisturbed.seconds:
        problems.append(f"it took more than {LONGEST} times as long")
    return problems


def _content(demo: Demo) -> object:
    assert demo.data is not None
    sides = (demo.data.train, demo.data.held_out)
    return [sorted((d.text, d.spans) for d in side) for side in sides]


@click.command(help=__doc__)
@click.option("--seeds", default=3, show_default=True, help="Runs with kills.")
@click.option("--mean", default=9.0, show_default=True, help="Seconds between kills in the mean.")
@click.option("--documents", default=200, show_default=True, help="Papers of the demo.")
def main(seeds: int, mean: float, documents: int) -> None:
    """Runs the demos; the exit status says whether those with kills ended as they must."""
    failed = False
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        undisturbed = Demo(Path(folder) / "undisturbed", documents)
        undisturbed.run(None, random.Random(0))
        if undisturbed.status != 0:
            click.echo("\n".join(undisturbed.output))
            raise click.ClickException("the demo failed although nothing was killed")
        click.echo(f"undisturbed: champion's F1 {undisturbed.f1:.3f}, {undisturbed.seconds:.0f} s")
        for seed in range(1, seeds + 1):
            random_ = random.Random(seed)
            demo = Demo(Path(folder) / f"seed-{seed}", documents)
            demo.run(_pauses(random_, mean), random_)
            times = demo.seconds / undisturbed.seconds
            click.echo(
                f"seed {seed}: {demo.kills.total()} kills ({_listed(demo.kills)}), champion's F1 "
                f"{demo.f1:.3f}, {demo.seconds:.0f} s, {times:.1f} times as long"
            )
            for problem in (problems := _problems(demo, undisturbed)):
                click.echo(f"  FAILED: {problem}")
            if problems:
                click.echo("\n".join(demo.output))
            failed |= bool(problems)
    sys.exit(1 if failed else 0)


def _listed(kills: Counter[str]) -> str:
    return ", ".join(f"{role} {count}" for role, count in sorted(kills.items()))


if __name__ == "__main__":
    main()
