"""Measures how nerloop's own cost grows with the number of documents.

    .venv/bin/python -m benchmarks.growth [--documents N]… [--store-url URL] [--json FILE]

Doccano's part is left out: a stand-in answers at once. Each size is measured in a process of its
own, on a new SQLite file or in the empty PostgreSQL database that --store-url names; then give one
size at a time.
"""

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import click

from benchmarks.growth.measures import measure, measure_apart
from benchmarks.measuring.machine import this_machine

SIZES = (1_000, 10_000, 100_000)


def measure_all(sizes: Sequence[int], store_url: str | None) -> dict[int, dict[str, float]]:
    """The figures of each size."""
    figures = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            url = store_url or f"sqlite:///{Path(name) / 'store.sqlite3'}"
            figures[size] = {
                **_in_a_new_process(measure, size, url, Path(name)),
                **_in_a_new_process(measure_apart, size, url, Path(name)),
            }
    return figures


def _in_a_new_process(
    measured: Callable[[int, str, Path], dict[str, float]], size: int, url: str, folder: Path
) -> dict[str, float]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measured, size, url, folder).result()


def as_table(figures: Mapping[int, Mapping[str, float]]) -> str:
    """The figures as a Markdown table, with a column for each size."""
    sizes = list(figures)
    names = list(figures[sizes[0]])
    lines = [
        "| | " + " | ".join(f"{size:,}" for size in sizes) + " |",
        "|---|" + "---:|" * len(sizes),
    ]
    lines += [f"| {n} | " + " | ".join(f"{figures[s][n]:g}" for s in sizes) + " |" for n in names]
    return "\n".join(lines)


@click.command()
@click.option(
    "--documents", "sizes", type=click.IntRange(min=1), multiple=True, help="Sizes to measure."
)
@click.option("--store-url", help="An empty PostgreSQL database; a new SQLite file if not given.")
@click.option("--json", "output", type=click.Path(path_type=Path), help="Write the figures there.")
def main(sizes: tuple[int, ...], store_url: str | None, output: Path | None) -> None:
    """Measure, print a table, and write the figures as JSON."""
    if store_url and len(sizes) != 1:
        raise click.UsageError("give one --documents with --store-url, which must be empty")
    figures = measure_all(sizes or SIZES, store_url)
    machine = str(this_machine())
    click.echo(as_table(figures))
    store = "PostgreSQL" if store_url else "SQLite"
    click.echo(f"\n{store}, {machine}")
    if output:
        content = {"machine": machine, "store": store, "documents": figures}
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
