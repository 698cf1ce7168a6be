"""The side of a text: decided when it is first seen, then kept for good."""

from collections.abc import Iterable
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from ner.hashing import Side, side_of
from worker.store.chunks import chunks
from worker.store.schema import SideRow


class Sides:
    """The sides of some texts of a project. A writer must hold the lock "project"."""

    def __init__(self, s: Session, project: str, text_hashes: Iterable[str]) -> None:
        self._session = s
        self._project = project
        self._known: dict[str, Side] = {}
        for some in chunks(set(text_hashes)):
            query = select(SideRow.text_hash, SideRow.side).where(
                SideRow.project == project, SideRow.text_hash.in_(some)
            )
            self._known |= {hashed: cast(Side, side) for hashed, side in s.execute(query)}

    def of(self, text_hash: str) -> Side | None:
        """The side of one of the texts, None if it was never seen."""
        return self._known.get(text_hash)

    def at_first_sight(self, text_hash: str, share: float) -> Side:
        """The side of a new document with this text; `share` counts for a text never seen."""
        return self.keep(text_hash, side_of(text_hash, share))

    def keep(self, text_hash: str, side: Side) -> Side:
        """The text's side, which is `side` if it had none.

        A text that an edit makes belongs to the side of its document, so that a later document
        with the same text joins it.
        """
        if text_hash not in self._known:
            row = SideRow(project=self._project, text_hash=text_hash, side=side)
            self._session.add(row)
            self._known[text_hash] = side
        return self._known[text_hash]
