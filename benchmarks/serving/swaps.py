"""Swaps of the model under load, and a training beside a server.

.venv/bin/python -m benchmarks.serving.swaps --model FOLDER --other FOLDER --texts FILE
.venv/bin/python -m benchmarks.serving.swaps --model FOLDER --texts FILE --train FILE

Texts arrive at random at a share of what the server can answer. With `--other`, the champion
changes again and again between both versions, and each answer is compared with what the version
that it names predicts by itself. With `--train`, `nerloop train` runs on the same processor.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click
import requests

from benchmarks.measuring.machine import this_machine
from benchmarks.serving.load import Ask, Load, closed_loop, new_texts, open_loop
from benchmarks.serving.servers import PROJECT, MeasuredServer, nerloop_server
from ner.corpus.corpus import read_corpus
from ner.fastest_tagger import load_fastest
from ner.text.offsets import OffsetUnit
from ner.versions.registry import Registry
from ner.versions.version import open_version
from server.serving.low_priority import run_at_low_priority
from server.web.doccano import MODEL_HEADER, doccano_spans
from worker.queue.rq_worker import job_environment
from worker.settings import Settings

CLIENTS = 16
CAPACITY_SECONDS = 20.0
# Answers that are compared with what the version predicts by itself.
COMPARED = 300
NICENESS = Settings.model_fields["training_niceness"].default


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer: when it was asked for and arrived, in seconds, and what was answered."""

    text: str
    began: float
    ended: float
    version: str
    spans: tuple[tuple[str, int, int], ...]

    @property
    def milliseconds(self) -> float:
        """How long it took."""
        return 1000 * (self.ended - self.began)


@dataclass
class Recorded:
    """All answers of one load."""

    answers: list[Answered] = field(default_factory=list)

    def new_ask(self, server: MeasuredServer) -> Ask:
        """A client with a connection of its own, whose answers are kept."""
        http = requests.Session()
        http.headers.update(server.headers)

        def ask(text: str) -> None:
            began = time.perf_counter()
            response = http.post(server.address, json={"text": text}, timeout=120)
            response.raise_for_status()
            spans = tuple((s["label"], s["start_offset"], s["end_offset"]) for s in response.json())
            version = response.headers[MODEL_HEADER]
            self.answers.append(Answered(text, began, time.perf_counter(), version, spans))

        return ask


class Promoter:
    """Changes the champion between two versions until `number` swaps are done."""

    def __init__(self, registry: Registry, names: Sequence[str], number: int, pause: float) -> None:
        self._registry = registry
        self._names = names
        self._number = number
        self._pause = pause
        self.swaps: list[tuple[float, str]] = []

    def run(self) -> None:
        """Promotes and pauses in turn."""
        for turn in range(self._number):
            champion = self._registry.current()
            assert champion is not None
            name = self._names[(turn + 1) % 2]
            self._registry.promote(name, expected=champion.version, reason="measured")
            self.swaps.append((time.perf_counter(), name))
            time.sleep(self._pause)


def during_swaps(
    answers: Sequence[Answered], swaps: Sequence[tuple[float, str]]
) -> tuple[list[Answered], list[float]]:
    """The answers that were under way while a version was loaded, and how long each load took.

    A load ends with the first answer of the new version.
    """
    found: list[Answered] = []
    seconds: list[float] = []
    for at, name in swaps:
        later = [answer for answer in answers if answer.ended > at]
        by_new = [answer.ended for answer in later if answer.version == name]
        if not by_new:
            continue
        end = min(by_new)
        seconds.append(end - at)
        found += [answer for answer in later if answer.began < end]
    return found, seconds


def mixed(answers: Sequence[Answered], models: dict[str, Path]) -> int:
    """How many of the compared answers are not what their version predicts by itself."""
    step = max(1, len(answers) // COMPARED)
    wrong = 0
    for name, path in models.items():
        tagger = load_fastest(path)
        for answer in [each for each in answers[::step] if each.version == name]:
            (prediction,) = tagger.predict([answer.text])
            expected = doccano_spans(answer.text, prediction.spans, OffsetUnit.UTF16)
            pairs = tuple((s.label, s.start_offset, s.end_offset) for s in expected)
            wrong += pairs != answer.spans
    return wrong


def under_load(
    server: MeasuredServer, texts: Iterator[str], *, rate: float, seconds: float
) -> tuple[Recorded, Load]:
    """Puts the server under load, with a record of each answer."""
    recorded = Recorded()
    new_ask: Callable[[], Ask] = lambda: recorded.new_ask(server)  # noqa: E731
    return recorded, open_loop(new_ask, texts, rate=rate, seconds=seconds)


@contextmanager
def training(documents: Path, folder: Path) -> Iterator[None]:
    """`nerloop train` as a worker runs its trainings, until the block ends."""
    command = [sys.executable, "-P", "-m", "server.cli", "train", str(documents)]
    command += ["--output", str(folder), "--base-model", "bundled"]
    with (folder.parent / "train.log").open("wb") as log:
        process = subprocess.Popen(
            ["nice", "-n", str(NICENESS), *command], env=job_environment(), stdout=log, stderr=log
        )
        try:
            while b"step" not in (folder.parent / "train.log").read_bytes():
                time.sleep(0.2)
            yield
            if process.poll() is not None:
                raise RuntimeError("the training ended before the load: use more documents")
        finally:
            process.terminate()
            process.wait(60)


def load_of(answers: Sequence[Answered]) -> Load:
    """These answers as a load, without what failed; the seconds are those between them."""
    seconds = max(a.ended for a in answers) - min(a.began for a in answers) if answers else 1.0
    return Load(milliseconds=tuple(a.milliseconds for a in answers), failed=0, seconds=seconds)


def measure_swaps(
    server: MeasuredServer, folder: Path, other: Path, texts: Iterator[str], options: "Options"
) -> dict[str, object]:
    """The load without swaps, half of it before and half of it after the load with them.

    What a processor gives to a guest changes within minutes.
    """
    registry = Registry(folder / "data" / "models", PROJECT)
    added = registry.add(other, open_version(other).manifest)
    champion = registry.current()
    assert champion is not None
    _, before = under_load(server, texts, rate=options.rate, seconds=options.seconds / 2)
    memory = [round(server.memory_mib())]
    names = (champion.version, added.name)
    promoter = Promoter(registry, names, options.swaps, options.pause)
    # As a training does, which promotes its version itself.
    thread = threading.Thread(target=run_at_low_priority, args=[promoter.run])
    thread.start()
    seconds = options.swaps * options.pause
    recorded, load = under_load(server, texts, rate=options.rate, seconds=seconds)
    thread.join()
    memory.append(round(server.memory_mib()))
    _, after = under_load(server, texts, rate=options.rate, seconds=options.seconds / 2)
    during, loads = during_swaps(recorded.answers, promoter.swaps)
    paths = {name: registry.get(name).path for name in names}
    return {
        "without swaps": together(before, after).figures(),
        "with swaps": load.figures(),
        "during swaps": load_of(during).figures(),
        "swaps": len(promoter.swaps),
        "seconds_of_a_load": [round(percentile_of(loads, share), 2) for share in (50, 100)],
        "answered_by": {n: sum(a.version == n for a in recorded.answers) for n in names},
        "mixed_of_compared": [mixed(recorded.answers, paths), min(COMPARED, len(recorded.answers))],
        "memory_mib_before_and_after": memory,
    }


def together(one: Load, other: Load) -> Load:
    """Both loads as one."""
    return Load(
        milliseconds=one.milliseconds + other.milliseconds,
        failed=one.failed + other.failed,
        seconds=one.seconds + other.seconds,
    )


def percentile_of(values: Sequence[float], share: int) -> float:
    """The value below which `share` per cent of the others lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)] if ordered else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The load: documents a second, seconds without swaps, swaps and seconds between them."""

    rate: float
    seconds: float
    swaps: int
    pause: float


@click.command()
@click.option("--model", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--texts", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--other", type=click.Path(exists=True, path_type=Path), help="Version to swap with.")
@click.option("--train", type=click.Path(exists=True, path_type=Path), help="File to train on.")
@click.option("--swaps", default=100, show_default=True, help="Number of swaps.")
@click.option("--pause", default=10.0, show_default=True, help="Seconds between two swaps.")
@click.option("--share", default=0.8, show_default=True, help="Load, of what 16 clients get.")
@click.option("--seconds", default=60.0, show_default=True, help="Duration of the other loads.")
@click.option("--json", "output", type=click.Path(path_type=Path), help="Write the figures there.")
def main(
    model: Path,
    texts: Path,
    other: Path | None,
    train: Path | None,
    swaps: int,
    pause: float,
    share: float,
    seconds: float,
    output: Path | None,
) -> None:
    """Measure swaps under load with --other, a training beside the server with --train."""
    documents = [document.text for document in read_corpus(texts).documents]
    figures: dict[str, object] = {"machine": str(this_machine())}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with nerloop_server(folder, model, None, 8) as server:
            new = new_texts(documents)
            ask = Recorded().new_ask
            capacity = closed_loop(
                lambda: ask(server), new, clients=CLIENTS, seconds=CAPACITY_SECONDS
            )
            rate = share * capacity.documents_per_second
            options = Options(rate=rate, seconds=seconds, swaps=swaps, pause=pause)
            figures["capacity_documents_per_second"] = round(capacity.documents_per_second, 2)
            figures["rate_documents_per_second"] = round(rate, 2)
            if other is not None:
                figures |= measure_swaps(server, folder, other, new, options)
            if train is not None:
                _, load = under_load(server, new, rate=rate, seconds=seconds)
                figures["without a training"] = load.figures()
                with training(train, folder / "trained"):
                    _, load = under_load(server, new, rate=rate, seconds=seconds)
                figures["beside a training"] = load.figures()
    click.echo(json.dumps(figures, indent=2))
    if output is not None:
        output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
