"""Writes the sample papers of the demo as a corpus to measure on.

.venv/bin/python -m benchmarks.sample_corpus FOLDER [--papers N]
"""

from pathlib import Path

import click

from ner.corpus.corpus import write_jsonl
from ner.hashing import side_of, text_hash
from server.demo.sample_papers import PAPERS, SHARE, sample_papers


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--papers",
    default=PAPERS,
    show_default=True,
    type=click.IntRange(min=10),
    help="Of both files together; a fifth are held out.",
)
def main(folder: Path, papers: int) -> None:
    """Write FOLDER/train.jsonl and, of held-out layouts and names, FOLDER/dev.jsonl."""
    folder.mkdir(parents=True, exist_ok=True)
    documents = sample_papers(papers)
    for name, side in (("train", "train"), ("dev", "held_out")):
        part = [d for d in documents if side_of(text_hash(d.text), SHARE) == side]
        write_jsonl(folder / f"{name}.jsonl", part)
        click.echo(f"{folder / name}.jsonl: {len(part)} papers")


if __name__ == "__main__":
    main()
