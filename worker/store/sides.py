"""The side of a text: decided when it is first seen, then kept for good."""

from typing import cast

from sqlalchemy.orm import Session

from ner.hashing import Side, side_of
from worker.store.schema import SideRow


def side_at_first_sight(s: Session, project: str, text_hash: str, share: float) -> Side:
    """The side of a new document with this text; `share` counts only for a text never seen."""
    return keep_side(s, project, text_hash, side_of(text_hash, share))


def keep_side(s: Session, project: str, text_hash: str, side: Side) -> Side:
    """The text's side, which is `side` if it had none.

    A text that an edit makes belongs to the side of its document, so that a later document with
    the same text joins it. The caller holds the lock "project".
    """
    row = s.get(SideRow, (project, text_hash))
    if row is None:
        s.add(SideRow(project=project, text_hash=text_hash, side=side))
        return side
    return cast(Side, row.side)
