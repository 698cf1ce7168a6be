"""Measures how long an auto-label answer takes, against Transformers' plain pipeline.

    .venv/bin/python -m benchmarks.answers [--papers N] [--json FILE]

Both read the same sample papers, each new to them, one at a time, with the same weights: the
bundled MiniLM with an untrained head, which costs what a trained one does. The server's time
includes HTTP, the store and the whole document; the pipeline cuts a paper at its window.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
import requests
import torch
import transformers
from transformers import AutoModelForTokenClassification, AutoTokenizer, pipeline

from benchmarks.measuring.machine import this_machine
from benchmarks.server_process import ServerProcess
from ner.models.base_model import resolve_base_model
from ner.versions.adoption import adopt
from ner.versions.registry import Registry
from server.demo.sample_papers import sample_papers
from server.web.doccano import MODEL_HEADER
from worker.store.database import open_store
from worker.store.labels import sync_labels
from worker.store.tokens import issue_token

PROJECT = "papers"
TAGS = ("O", "B-AFFILIATION", "I-AFFILIATION")


def untrained_tagger(folder: Path) -> Path:
    """The bundled model with a head of random weights, as plain Transformers saves it."""
    source = resolve_base_model("bundled")
    torch.manual_seed(1)
    names = dict(enumerate(TAGS))
    labels = {tag: number for number, tag in names.items()}
    model = AutoModelForTokenClassification.from_pretrained(source, id2label=names, label2id=labels)
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(source).save_pretrained(folder)
    return folder


def milliseconds(ask: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    """The time of one call for each text, without the first five, which warm up."""
    taken = []
    for text in texts:
        start = time.perf_counter()
        ask(text)
        taken.append(1000 * (time.perf_counter() - start))
    return taken[5:]


def ask_server(folder: Path, plain: Path, texts: Sequence[str]) -> list[float]:
    """The time of `POST /doccano/<project>` in a server process of its own."""
    (folder / "version").mkdir()
    version = adopt(plain, folder / "version")
    server = ServerProcess(folder, PROJECT, answer_seconds=60)
    registry = Registry(server.data / "models", PROJECT)
    added = registry.add(version.path, version.manifest)
    registry.promote(added.name, expected=None, reason="measured")
    store = open_store(f"sqlite:///{server.data / 'nerloop.sqlite3'}")
    with store.begin() as session:
        sync_labels(session, PROJECT, {1: TAGS[1].removeprefix("B-")})
        token = issue_token(session, "predict", PROJECT, datetime.now(UTC))
    store.close()
    server.start()
    try:
        server.wait_until_served(added.name)
        with requests.Session() as http:
            http.headers["Authorization"] = f"Bearer {token}"
            address = f"{server.url}/doccano/{PROJECT}"
            return milliseconds(lambda text: auto_label(http, address, text, added.name), texts)
    finally:
        server.stop()


def auto_label(http: requests.Session, address: str, text: str, version: str) -> None:
    """Makes one auto-label call.

    Raises requests.HTTPError, and ValueError if the version did not answer: an answer without a
    model takes less time.
    """
    response = http.post(address, json={"text": text})
    response.raise_for_status()
    answered_by = response.headers.get(MODEL_HEADER)
    if answered_by != version:
        raise ValueError(f"{address} was answered by {answered_by or 'no model'}, not {version}")


@click.command()
@click.option("--papers", default=105, show_default=True, help="Papers; five of them warm up.")
@click.option("--json", "output", type=click.Path(path_type=Path), help="Write the figures there.")
def main(papers: int, output: Path | None) -> None:
    """Measure, print, and write the figures as JSON."""
    texts = [paper.text for paper in sample_papers(papers, seed=9)]
    with tempfile.TemporaryDirectory() as name:
        plain = untrained_tagger(Path(name) / "plain")
        served = ask_server(Path(name), plain, texts)
        tagger = pipeline("token-classification", model=str(plain), device="cpu")
        piped = milliseconds(tagger, texts)
    figures = {
        "server_median_ms": round(statistics.median(served), 1),
        "server_p95_ms": round(statistics.quantiles(served, n=20)[-1], 1),
        "pipeline_median_ms": round(statistics.median(piped), 1),
        "ratio": round(statistics.median(served) / statistics.median(piped), 2),
        "papers": len(served),
        "median_characters": int(statistics.median(map(len, texts))),
        "model": "bundled MiniLM, float32",
        "machine": str(this_machine()),
        "libraries": f"torch {torch.__version__}, transformers {transformers.__version__}",
    }
    click.echo(json.dumps(figures, indent=2))
    if output:
        output.write_text(json.dumps(figures, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
