"""Links that open Doccano's annotation page at the next document or at a certain one.

That page identifies a document only by its position in a list, which changes with every deletion
and, in random order, differs between users. A link therefore searches for words that no other
document has together.
"""

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlencode

from worker.doccano.address import without_credentials

# No punctuation: old and new versions of Doccano's search disagree on quotes and commas.
_WORD = re.compile(r"\w{3,}")
_MAX_WORDS = 8


def annotate_url(url: str, doccano_project: int) -> str:
    """Returns the URL of the project's first document that is not approved."""
    return f"{_page(url, doccano_project)}?page=1&isChecked=false"


class DocumentLinks:
    """Links to the documents of one project; `texts` are texts of its documents."""

    def __init__(self, url: str, doccano_project: int, texts: Iterable[str]) -> None:
        self._page = _page(url, doccano_project)
        self._texts = [text.casefold() for text in dict.fromkeys(texts)]
        self._frequencies = Counter(word for text in self._texts for word in {*_WORD.findall(text)})

    def link(self, text: str) -> str | None:
        """Returns the URL of the document with this text, None for a text without words.

        An older document that has all the words too, such as a copy, is listed before it.
        """
        words = self._identifying_words(text)
        return f"{self._page}?{urlencode({'page': 1, 'q': ' '.join(words)})}" if words else None

    def _identifying_words(self, text: str) -> list[str]:
        """Takes the rarest words first, until no other text has them all."""
        words = dict.fromkeys(_WORD.findall(text))
        by_rarity = sorted(words, key=lambda word: (self._frequencies[word.casefold()], -len(word)))
        own = text.casefold()
        others = [other for other in self._texts if other != own]
        chosen: list[str] = []
        for word in by_rarity:
            matching = [other for other in others if word.casefold() in other]
            if not chosen or len(matching) < len(others):
                chosen.append(word)
                others = matching
            if len(chosen) == _MAX_WORDS:
                break
        return chosen


def _page(url: str, doccano_project: int) -> str:
    return f"{without_credentials(url).rstrip('/')}/projects/{doccano_project}/sequence-labeling"
