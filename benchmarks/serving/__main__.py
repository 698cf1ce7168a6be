"""Measures both servers, prints a table and writes the figures; see `benchmarks.serving`."""

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from itertools import cycle, islice
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from benchmarks.measuring.machine import this_machine
from benchmarks.serving.load import closed_loop, new_texts, open_loop
from benchmarks.serving.servers import MeasuredServer, nerloop_server, peer_server
from ner.corpus.corpus import read_corpus
from ner.engines.precisions import PRECISIONS, Precision

CLIENTS = (1, 4, 16, 64)
# Of the documents a second that 16 clients get.
RATES = (0.5, 0.8)
WARM_UP = 5
HITS = 100


@dataclass(kw_only=True)
class Figures:
    """What was measured of one server; times in milliseconds unless they are named seconds."""

    name: str
    ready_seconds: float
    memory_mib: float
    memory_after_mib: float = 0.0
    cpu_seconds_per_document: float = 0.0
    loads: dict[str, dict[str, float]] = field(default_factory=dict)
    hit_p50: float | None = None


def measure(name: str, server: MeasuredServer, texts: Sequence[str], seconds: float) -> Figures:
    """Puts the server under all loads, each for `seconds`."""
    new = new_texts(texts)
    ask = server.new_ask()
    for _ in range(WARM_UP):
        ask(next(new))
    figures = Figures(
        name=name,
        ready_seconds=round(server.ready_seconds, 2),
        memory_mib=round(server.memory_mib()),
    )
    for clients in CLIENTS:
        began = server.cpu_seconds()
        load = closed_loop(server.new_ask, new, clients=clients, seconds=seconds)
        figures.loads[f"{clients} clients"] = load.figures()
        if clients == 1:
            spent = (server.cpu_seconds() - began) / max(1, len(load.milliseconds))
            figures.cpu_seconds_per_document = round(spent, 4)
    capacity = figures.loads["16 clients"]["documents_per_second"]
    for share in RATES:
        load = open_loop(server.new_ask, new, rate=share * capacity, seconds=seconds)
        figures.loads[f"{share:.0%} of its capacity"] = load.figures()
    figures.memory_after_mib = round(server.memory_mib())
    return figures


def median_hit(server: MeasuredServer, texts: Sequence[str]) -> float:
    """The median milliseconds of texts that the server has predicted before, as for reviewers."""
    ask = server.new_ask()
    known = [*islice(cycle(texts), HITS)]
    for text in known:
        ask(text)
    taken = []
    for text in known:
        began = time.perf_counter()
        ask(text)
        taken.append(1000 * (time.perf_counter() - began))
    return round(statistics.median(taken), 2)


def servers(
    folder: Path, model: Path, precision: Precision | None, peers: Sequence[str]
) -> Iterator[tuple[str, Callable[[], AbstractContextManager[MeasuredServer]]]]:
    """The servers by name, each to be started when it is measured."""
    yield f"nerloop ({precision or 'chosen'})", lambda: nerloop_server(folder, model, precision, 8)
    if "cut" in peers:
        yield "peer, cut at 512 tokens", lambda: peer_server(model, None)
    if "whole" in peers:
        yield "peer, whole documents", lambda: peer_server(model, 64)


def table_of(measured: Sequence[Figures]) -> Table:
    """A row for each figure, a column for each server."""
    table = Table("", *(figures.name for figures in measured))
    for load in measured[0].loads:
        for key in ("p50", "p95", "p99", "documents_per_second", "failed"):
            cells = (f"{figures.loads[load][key]:.4g}" for figures in measured)
            table.add_row(f"{load}: {key.replace('_', ' ')}", *cells)
    for name in ("ready_seconds", "memory_mib", "memory_after_mib", "cpu_seconds_per_document"):
        cells = (str(getattr(figures, name)) for figures in measured)
        table.add_row(name.replace("_", " "), *cells)
    table.add_row("p50 of a hit", *(str(figures.hit_p50 or "") for figures in measured))
    return table


@click.command()
@click.option(
    "--model",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder that `nerloop train` wrote.",
)
@click.option(
    "--texts",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Documents to ask for, as JSONL.",
)
@click.option(
    "--precision",
    type=click.Choice(PRECISIONS),
    help="Serve in this precision, whether or not it passed its check.",
)
@click.option("--peers", default="cut,whole", show_default=True, help="Peers to measure.")
@click.option("--seconds", default=20.0, show_default=True, help="Duration of each load.")
@click.option("--json", "output", type=click.Path(path_type=Path), help="Write the figures there.")
def main(
    model: Path,
    texts: Path,
    precision: Precision | None,
    peers: str,
    seconds: float,
    output: Path | None,
) -> None:
    """Measure nerloop's server beside the peer's way, one after the other."""
    documents = [document.text for document in read_corpus(texts).documents]
    measured = []
    with tempfile.TemporaryDirectory() as name:
        for title, start in servers(Path(name), model, precision, peers.split(",")):
            with start() as server:
                figures = measure(title, server, documents, seconds)
                if title.startswith("nerloop"):
                    figures.hit_p50 = median_hit(server, documents)
            measured.append(figures)
            click.echo(json.dumps(asdict(figures)), err=True)
    Console(width=140).print(table_of(measured))
    if output is not None:
        content = {"machine": str(this_machine()), "servers": [asdict(each) for each in measured]}
        output.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
