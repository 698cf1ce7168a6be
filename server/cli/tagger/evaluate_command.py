"""`nerloop evaluate`: scores a model on a file."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click
from rich.console import Console
from rich.progress import track

from server.cli.corpus_options import (
    FILE,
    ReadingOptions,
    load_corpus,
    reading_options,
    warn_without_spans,
)
from server.cli.model_argument import MODEL, ChosenModel
from server.cli.tagger.batches import batches
from server.cli.tagger.engine_option import predicting_engine_option
from server.cli.tagger.scores_table import print_scores

if TYPE_CHECKING:
    from ner.spans import Document, Span
    from ner.text_tagger import TextTagger

_BATCH = 16


@click.command()
@click.argument("model", metavar="MODEL", type=MODEL)
@click.argument("corpus", metavar="CORPUS", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print the scores as JSON.")
@predicting_engine_option
@reading_options
def evaluate(
    model: ChosenModel,
    corpus: Path,
    as_json: bool,
    engine: str,
    **reading: Unpack[ReadingOptions],
) -> None:
    """Score a model on the documents of CORPUS (JSONL or CoNLL columns).

    MODEL is a model folder, or the name of a project, whose champion is then used.

    Strict scores count a span when start, end and label are all right; partial ones give half a
    point for an overlap with the right label. The interval says how far the strict F1 may be off
    because of the choice of documents.

    With --json, standard output is one JSON object: strict.micro.f1, .precision and .recall,
    strict.labels.LABEL with the same for each label, partial likewise, confusion, interval.
    """
    from ner.scoring.evaluation import evaluate as score
    from server.cli.tagger.chosen_tagger import load_chosen

    messages = Console(stderr=True)
    gold = load_corpus(corpus, messages=messages, **reading)
    warn_without_spans(gold, messages)
    tagger = load_chosen(model, openvino=engine == "openvino")
    predicted = _predict(tagger, gold.documents, messages)
    scores = score(gold.documents, predicted)
    if as_json:
        click.echo(json.dumps(scores.to_json(), indent=2, ensure_ascii=False).encode())
    else:
        print_scores(scores, Console())


def _predict(
    tagger: "TextTagger", documents: Sequence["Document"], messages: Console
) -> list[tuple["Span", ...]]:
    steps = list(batches(documents, _BATCH))
    return [
        prediction.spans
        for batch in track(steps, "Predicting", console=messages, transient=True)
        for prediction in tagger.predict([document.text for document in batch])
    ]
