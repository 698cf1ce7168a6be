"""The side of a text: decided when it is first seen, and never changed."""

from collections.abc import Iterable
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from ner.hashing import Side, side_of
from worker.store.database.chunks import chunks
from worker.store.database.schema import SideRow


class Sides:
    """The sides of the given texts of a project. Changing them requires the lock "project"."""

    def __init__(self, s: Session, project: str, text_hashes: Iterable[str]) -> None:
        self._session = s
        self._project = project
        self._known: dict[str, Side] = {}
        for chunk in chunks(set(text_hashes)):
            query = select(SideRow.text_hash, SideRow.side).where(
                SideRow.project == project, SideRow.text_hash.in_(chunk)
            )
            self._known |= {text_hash: cast(Side, side) for text_hash, side in s.execute(query)}

    def of(self, text_hash: str) -> Side | None:
        """The side of one of the texts, or None if it has none yet."""
        return self._known.get(text_hash)

    def assign(self, text_hash: str, share: float) -> Side:
        """The side of a new document with this text; a text without one gets it by `share`."""
        return self.setdefault(text_hash, side_of(text_hash, share))

    def setdefault(self, text_hash: str, side: Side) -> Side:
        """The text's side; a text without one gets `side`.

        A text made by an edit gets the side of the edited document, so that a later document with
        the same text is on that side too.
        """
        if text_hash not in self._known:
            row = SideRow(project=self._project, text_hash=text_hash, side=side)
            self._session.add(row)
            self._known[text_hash] = side
        return self._known[text_hash]
