"""Answers while many clients hold connections on which they send half a request, or read nothing.

.venv/bin/python -m benchmarks.serving.held --model FOLDER --texts FILE [--connections 200]
"""

import json
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import click

from benchmarks.measuring.machine import this_machine
from benchmarks.serving.load import closed_loop, new_texts
from benchmarks.serving.servers import MeasuredServer, nerloop_server
from ner.corpus.corpus import read_corpus

SLOW_READERS = 20


@contextmanager
def held_connections(server: MeasuredServer, number: int) -> Iterator[None]:
    """Opens connections with half a request each, and some that never read their answers."""
    address = urlsplit(server.address)
    half = f"POST {address.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{{"
    whole = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 100
    with ExitStack() as stack:
        for index in range(number + SLOW_READERS):
            connection = socket.create_connection((address.hostname, address.port), timeout=60)
            stack.enter_context(connection)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            connection.sendall(half.encode() if index < number else whole)
        yield


@click.command()
@click.option("--model", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--texts", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--connections", default=200, show_default=True, help="Half requests at a time.")
@click.option("--seconds", default=10.0, show_default=True, help="Duration of each load.")
@click.option("--json", "output", type=click.Path(path_type=Path), help="Write the figures there.")
def main(model: Path, texts: Path, connections: int, seconds: float, output: Path | None) -> None:
    """Measure one client, alone and beside the connections that are held."""
    new = new_texts([document.text for document in read_corpus(texts).documents])
    figures: dict[str, object] = {"machine": str(this_machine())}
    with (
        tempfile.TemporaryDirectory() as name,
        nerloop_server(Path(name), model, None, 8) as server,
    ):
        closed_loop(server.new_ask, new, clients=1, seconds=seconds / 4)
        alone = closed_loop(server.new_ask, new, clients=1, seconds=seconds)
        figures["one client alone"] = alone.figures()
        with held_connections(server, connections):
            held = closed_loop(server.new_ask, new, clients=1, seconds=seconds)
        figures[f"beside {connections} half requests"] = held.figures()
    click.echo(json.dumps(figures, indent=2))
    if output is not None:
        output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
