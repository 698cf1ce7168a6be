"""How much memory each further project takes that has a model of its own.

.venv/bin/python -m benchmarks.serving.projects --model FOLDER --texts FILE
"""

import json
import tempfile
import time
from pathlib import Path

import click
import psutil
import requests

from benchmarks.measuring.machine import this_machine
from benchmarks.server_process import ServerProcess
from benchmarks.serving.servers import MIB
from ner.corpus.corpus import read_corpus
from ner.versions.registry import Registry
from ner.versions.version import open_version
from server.serving.predictor import IDLE_SECONDS

MOST = 4
ASKED = 20


def memory_mib(folder: Path, model: Path, texts: list[str], projects: int) -> tuple[float, ...]:
    """Resident memory with that many projects: before each has answered `ASKED` texts, after it,
    and once nobody has asked for `IDLE_SECONDS`.
    """
    names = [f"project-{number}" for number in range(projects)]
    server = ServerProcess(folder, names[0], others=names[1:], answer_seconds=60)
    for name in names:
        registry = Registry(server.data / "models", name)
        added = registry.add(model, open_version(model).manifest)
        registry.promote(added.name, expected=None, reason="measured")
    server.start()
    try:
        server.wait_until_loaded(projects)
        figures = [_resident(server.pid)]
        for name in names:
            requests.post(
                f"{server.url}/api/v1/projects/{name}/predict",
                json={"texts": texts},
                headers={"Authorization": f"Bearer {server.service_token}"},
                timeout=120,
            ).raise_for_status()
        figures.append(_resident(server.pid))
        time.sleep(IDLE_SECONDS + 5)
        return (*figures, _resident(server.pid))
    finally:
        server.stop()


def _resident(pid: int) -> float:
    first = psutil.Process(pid)
    processes = [first, *first.children(recursive=True)]
    return sum(process.memory_full_info().pss for process in processes) / MIB


@click.command()
@click.option("--model", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--texts", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--json", "output", type=click.Path(path_type=Path), help="Write the figures there.")
def main(model: Path, texts: Path, output: Path | None) -> None:
    """Measure a server with one project and with several."""
    documents = [document.text for document in read_corpus(texts).documents][:ASKED]
    figures: dict[str, object] = {"machine": str(this_machine())}
    measured = {}
    for projects in (1, MOST):
        with tempfile.TemporaryDirectory() as name:
            measured[projects] = memory_mib(Path(name), model, documents, projects)
        figures[f"{projects} projects, MiB before answers, after them, idle"] = [
            round(each) for each in measured[projects]
        ]
    figures["each further project, MiB before answers, after them, idle"] = [
        round((many - one) / (MOST - 1))
        for one, many in zip(measured[1], measured[MOST], strict=True)
    ]
    click.echo(json.dumps(figures, indent=2))
    if output is not None:
        output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
