"""Documents whose spans a tiny model learns in seconds: "University of X" with an invented X."""

import random
from collections.abc import Sequence

from ner.spans import Document, Span

FILLER = (
    *("we", "thank", "the", "authors", "of", "this", "paper", "who", "work", "in", "and", "at"),
    *("many", "data", "study", "was", "done", "with", "results", "from", "people", "here", "today"),
)
SYLLABLES = (
    *("ba", "do", "ki", "lu", "me", "no", "pi", "ra", "so"),
    *("tu", "va", "zel", "mor", "gan", "tin", "dor", "wick", "burg"),
)
LABEL = "ORG"


def easy_documents(count: int, *, seed: int = 1, sentences: int = 3) -> tuple[Document, ...]:
    """`count` documents of `sentences` lines, each a sentence with at most one span.

    Another seed gives other documents with other names. Every sixth document has no span.
    """
    random_ = random.Random(seed)
    return tuple(
        _document(random_, index, sentences, empty=index % 6 == 5) for index in range(count)
    )


def texts(documents: Sequence[Document]) -> list[str]:
    """The texts of documents."""
    return [document.text for document in documents]


def _document(random_: random.Random, index: int, sentences: int, *, empty: bool) -> Document:
    text, spans = "", []
    for _ in range(sentences):
        text += " ".join(random_.choices(FILLER, k=random_.randint(3, 8))) + " "
        name = "".join(random_.choices(SYLLABLES, k=2)).capitalize()
        if not empty and random_.random() < 0.8:
            start = len(text)
            text += f"University of {name}"
            spans.append(Span(start, len(text), LABEL))
        else:
            text += name
        text += f" {random_.choice(FILLER)}\n"
    return Document(text, tuple(spans), id=str(index))
