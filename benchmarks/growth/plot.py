"""The plot of costs over the number of documents.

.venv/bin/python -m benchmarks.growth.plot RESULT… --out FILE
"""

import json
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

import click
from matplotlib.figure import Figure

# The figures that are drawn, in seconds of processor time or of wall time, by their names.
DRAWN = {
    "first_pull_cpu_s": "first pull",
    "same_pull_cpu_s": "pull without a change",
    "ten_new_pull_cpu_s": "pull with ten new documents",
    "check_process_cpu_s": "process of a check",
    "decision_cpu_s": "decision of a check",
    "newest_call_s": "newest call",
}

Figures = Mapping[str, Mapping[str, float]]


def draw(stores: Mapping[str, Figures]) -> bytes:
    """A PNG with a panel for each store: its figures over documents, both logarithmic."""
    figure = Figure(figsize=(5 * len(stores), 4.5), layout="constrained")
    panels = figure.subplots(1, len(stores), sharey=True, squeeze=False)[0]
    for axes, (store, figures) in zip(panels, stores.items(), strict=True):
        sizes = sorted(figures, key=int)
        for name, label in DRAWN.items():
            values = [figures[size][name] for size in sizes]
            axes.plot([int(size) for size in sizes], values, marker="o", label=label)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_title(store)
        axes.set_xlabel("approved documents")
        axes.grid(alpha=0.3)
    panels[0].set_ylabel("seconds")
    panels[-1].legend(fontsize="small")
    picture = BytesIO()
    figure.savefig(picture, format="png", dpi=150)
    return picture.getvalue()


@click.command()
@click.argument("results", type=click.Path(exists=True, path_type=Path), nargs=-1, required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The PNG to write.")
def main(results: Sequence[Path], out: Path) -> None:
    """Draw the files that `benchmarks.growth --json` wrote, one for each store."""
    contents = [json.loads(path.read_text(encoding="utf-8")) for path in results]
    stores: dict[str, dict[str, Mapping[str, float]]] = {}
    for content in contents:
        stores.setdefault(content["store"], {}).update(content["documents"])
    out.write_bytes(draw(stores))


if __name__ == "__main__":
    main()
