"""Kills the server under load from a real Doccano, and counts the calls that fail.

.venv/bin/python -m benchmarks.through_doccano.kills --model FOLDER --texts FILE [--kills 20]

Reviewers open one document after the other; meanwhile `nerloop up` loses its server by SIGKILL
again and again. A call fails when Doccano answers with an error.
"""

import json
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import click

from benchmarks.measuring.machine import this_machine
from benchmarks.through_doccano.annotated_project import AnnotatedProject, annotated_project
from ner.corpus.corpus import read_corpus
from ner.errors import DoccanoError

REVIEWERS = 4


@dataclass
class Calls:
    """What became of the calls: seconds of each, and the messages of those that failed."""

    seconds: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, object]:
        """The figures in seconds."""
        return {
            "calls": len(self.seconds) + len(self.failed),
            "failed": len(self.failed),
            "median_seconds": round(statistics.median(self.seconds), 3),
            "longest_seconds": round(max(self.seconds), 2),
        }


def open_documents(
    project: AnnotatedProject, examples: Iterator[int], calls: Calls, end: threading.Event
) -> None:
    """Opens one document after the other until the end."""
    client = project.new_client()
    while not end.is_set():
        began = time.perf_counter()
        try:
            client.auto_labeling.trigger(project.number, next(examples))
        except DoccanoError as error:
            calls.failed.append(str(error))
        else:
            calls.seconds.append(time.perf_counter() - began)


def kill_servers(project: AnnotatedProject, kills: int, pause: float) -> int:
    """Kills the server this often, with pauses; returns how many there were to kill."""
    killed = 0
    while killed < kills:
        time.sleep(pause)
        server = project.up.server()
        if server is not None:
            for process in (*server.children(recursive=True), server):
                process.kill()
            killed += 1
    return killed


@click.command()
@click.option("--model", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--texts", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--kills", default=20, show_default=True, help="How often the server is killed.")
@click.option("--pause", default=5.0, show_default=True, help="Seconds between two kills.")
@click.option("--json", "output", type=click.Path(path_type=Path), help="Write the figures there.")
def main(model: Path, texts: Path, kills: int, pause: float, output: Path | None) -> None:
    """Kill the server again and again while reviewers open documents."""
    documents = [document.text for document in read_corpus(texts).documents]
    calls, end = Calls(), threading.Event()
    with (
        tempfile.TemporaryDirectory() as name,
        annotated_project(
            Path(name), model, documents, project='auto_label = "always"', predicted_ahead=0
        ) as project,
    ):
        shared = cycle(project.examples)
        threads = [
            threading.Thread(target=open_documents, args=(project, shared, calls, end))
            for _ in range(REVIEWERS)
        ]
        for thread in threads:
            thread.start()
        killed = kill_servers(project, kills, pause)
        time.sleep(pause)
        end.set()
        for thread in threads:
            thread.join()
        figures = {"machine": str(this_machine()), "kills": killed, **calls.to_json()}
        click.echo(project.up.log, err=True)
    for message in sorted(set(calls.failed)):
        click.echo(message, err=True)
    click.echo(json.dumps(figures, indent=2))
    if output is not None:
        output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
