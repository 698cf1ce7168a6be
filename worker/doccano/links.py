"""Addresses that open one document in Doccano's annotation page.

That page knows a document only by its place in a list, which moves with every deletion, and in
random order differs between users. So a link searches instead, for words that no other document
has together.
"""

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlencode

from worker.doccano.transport import without_credentials

# No punctuation: old and new versions of Doccano's search disagree on quotes and commas.
_WORD = re.compile(r"\w{3,}")
_MOST_WORDS = 8


class DocumentLinks:
    """Links to documents of one project among which there are `texts`."""

    def __init__(self, url: str, doccano_project: int, texts: Iterable[str]) -> None:
        self._page = (
            f"{without_credentials(url).rstrip('/')}/projects/{doccano_project}/sequence-labeling"
        )
        self._texts = [text.casefold() for text in dict.fromkeys(texts)]
        self._frequencies = Counter(word for text in self._texts for word in {*_WORD.findall(text)})

    def link(self, text: str) -> str | None:
        """The document's address, None for a text without words.

        Another document comes first where it is older and has all the words too, as a copy does.
        """
        words = self._telling_words(text)
        return f"{self._page}?{urlencode({'page': 1, 'q': ' '.join(words)})}" if words else None

    def _telling_words(self, text: str) -> list[str]:
        """Rare words first, until only this text has them all."""
        words = dict.fromkeys(_WORD.findall(text))
        rare = sorted(words, key=lambda word: (self._frequencies[word.casefold()], -len(word)))
        own = text.casefold()
        others = [other for other in self._texts if other != own]
        chosen: list[str] = []
        for word in rare:
            left = [other for other in others if word.casefold() in other]
            if not chosen or len(left) < len(others):
                chosen.append(word)
                others = left
            if len(chosen) == _MOST_WORDS:
                break
        return chosen
