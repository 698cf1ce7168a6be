"""The samples of a version: texts and what it predicts for them, compared when it is loaded."""

from collections.abc import Iterable, Iterator

from ner.spans import Document
from ner.text.surrogates import has_lone_surrogate
from ner.text_tagger import TextTagger
from ner.versions.manifest import Sample

MAX_SAMPLES = 8
# In code points: a server predicts all of them in a tenth of a second or so.
MAX_CHARACTERS = 3000
# Of the first sample, which may be longer than that.
MAX_FIRST = 20_000


def samples_of(tagger: TextTagger, documents: Iterable[Document]) -> tuple[Sample, ...]:
    """The tagger's predictions for the shortest of the documents, those with spans first.

    They are at most `MAX_SAMPLES`, with `MAX_CHARACTERS` together, or one document that is longer,
    up to `MAX_FIRST`. Texts that JSON cannot hold are skipped.
    """
    possible = [document for document in documents if not has_lone_surrogate(document.text)]
    possible.sort(key=lambda document: (not document.spans, len(document.text), document.text))
    texts = [*_first(document.text for document in possible)]
    predictions = tagger.predict(texts)
    return tuple(Sample(text, each.spans) for text, each in zip(texts, predictions, strict=True))


def _first(texts: Iterable[str]) -> Iterator[str]:
    characters = 0
    for number, text in enumerate(texts):
        characters += len(text)
        if number == MAX_SAMPLES or characters > (MAX_CHARACTERS if number else MAX_FIRST):
            return
        yield text
