"""The documents of a project by state, so that the numbers add up to those in Doccano."""

from dataclasses import dataclass

from worker.store.pulls import PullState


@dataclass(frozen=True, slots=True)
class DocumentCounts:
    """Numbers of documents: `collected`, `ticked_only` and `to_do` add up to `in_doccano`.

    `collected` are approved in Doccano and in the store, `ticked_only` are ticked in Doccano and
    not collected yet. `unticked_only` were collected, are not ticked any more and are among those
    `to_do` until they are withdrawn. An individual project does not tell how many are ticked:
    `ticked_only` and `unticked_only` are None.
    """

    in_doccano: int
    collected: int
    ticked_only: int | None
    unticked_only: int | None
    to_do: int


def count_documents(pull: PullState, *, approved: int, unapproved: int) -> DocumentCounts:
    """Compares Doccano's counts at the last check with the store.

    `approved` and `unapproved` count Doccano's documents in the store; they stand alone before the
    first check.
    """
    # Documents that are held back are not ticked any more.
    known = max(0, approved - len(pull.held_back))
    if pull.documents is None:
        return DocumentCounts(known + unapproved, known, None, None, unapproved)
    if pull.ticked is None:
        collected = min(known, pull.documents)
        return DocumentCounts(pull.documents, collected, None, None, pull.documents - collected)
    return DocumentCounts(
        in_doccano=pull.documents,
        collected=min(known, pull.ticked),
        ticked_only=max(0, pull.ticked - known),
        unticked_only=max(0, known - pull.ticked),
        to_do=pull.documents - pull.ticked,
    )
