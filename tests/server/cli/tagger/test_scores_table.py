import io

from rich.console import Console

from ner.scoring.evaluation import evaluate
from ner.spans import Document, Span
from server.cli.tagger.scores_table import print_scores


def printed(gold: Document, *predicted: Span) -> str:
    console = Console(file=io.StringIO(), width=120)
    print_scores(evaluate([gold], [predicted]), console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_label_that_looks_like_markup_is_shown_as_it_is() -> None:
    document = Document("x y", (Span(0, 1, "[/x]"), Span(2, 3, "[bold]")))
    written = printed(document, *document.spans)
    assert " [/x] " in written
    assert " [bold] " in written


def test_confused_labels_are_counted() -> None:
    gold = Document("x y z", (Span(0, 1, "A"), Span(2, 3, "A"), Span(4, 5, "B")))
    written = printed(gold, Span(0, 1, "B"), Span(2, 3, "B"), Span(4, 5, "B"))
    assert "Right offsets, wrong label: A as B 2×" in written
    assert "Right offsets" not in printed(gold, *gold.spans)
