import io

from rich.console import Console

from ner.scoring.evaluation import evaluate
from ner.spans import Document, Span
from server.cli.tagger.scores_table import print_scores


def test_a_label_that_looks_like_markup_is_shown_as_it_is() -> None:
    console = Console(file=io.StringIO(), width=120)
    document = Document("x y", (Span(0, 1, "[/x]"), Span(2, 3, "[bold]")))
    print_scores(evaluate([document], [document.spans]), console)

    assert isinstance(console.file, io.StringIO)
    written = console.file.getvalue()
    assert " [/x] " in written
    assert " [bold] " in written
