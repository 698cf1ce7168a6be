"""Limits how many documents may be withdrawn or changed at once without confirmation."""

from collections.abc import Collection, Mapping

from sqlalchemy.orm import Session

from ner.errors import ManyChanges
from worker.store.corpus.documents import KnownDocument
from worker.store.corpus.revisions import approved_with_labels, current_approved
from worker.store.labels import lost_labels, missing_labels
from worker.wording import counted

ALWAYS_ALLOWED = 5
LARGEST_SHARE = 0.2
RULE = f"more than {ALWAYS_ALLOWED} and more than a fifth"


def too_many(changed: Collection[str], documents: Collection[str]) -> bool:
    """Whether too many documents changed at once to take that over without confirmation.

    These are more than five and more than a fifth. Approvals of many documents usually vanish when
    a member was removed from the Doccano project, which removes that member's documents from
    exports; many texts change when Doccano was installed anew and the same ids mean others.
    """
    return len(changed) > ALWAYS_ALLOWED and len(changed) > LARGEST_SHARE * len(documents)


def check_texts(
    project: str, known: Mapping[str, KnownDocument], listed: Mapping[str, str]
) -> None:
    """Raises ManyChanges when too many of the known documents in a listing have another text.

    `listed` has the exact hash of each text. Approved documents are also counted apart.
    """
    present, changed = set[str](), set[str]()
    for name, exact in listed.items():
        before = known.get(name)
        if before is not None and not before.deleted:
            present.add(name)
            if exact != before.exact_hash:
                changed.add(name)
    if len(changed) <= ALWAYS_ALLOWED:
        return
    approved = {name for name in present if known[name].approved}
    for kind, among in (("approved document", approved), ("document", present)):
        if too_many(changed & among, among):
            raise ManyChanges(
                f"{len(changed & among)} of {counted(len(among), kind)} of {project} have another "
                f"text in Doccano than before, {RULE}: nothing is collected; if Doccano or its "
                f"project was set up anew, run `nerloop rebind {project}`, and if the texts were "
                f"edited, `nerloop collect {project} --accept-changes`"
            )


def check_labels(
    s: Session, project: str, names: Mapping[int, str], present: Collection[str]
) -> None:
    """Raises ManyChanges when Doccano lacks labels of too many approved documents.

    Also when labels are not as they were and too many approved documents are gone. `names` is
    ``{Doccano's id: name}`` of Doccano's labels, `present` are its documents. Nothing is read
    unless a label was renamed or deleted.
    """
    lost = lost_labels(s, project, names)
    if not lost:
        return
    approved = current_approved(s, project)
    gone = frozenset(approved.keys() - {*present})
    if too_many(gone, approved):
        found = f"are no longer in Doccano, nor are its labels as they were ({', '.join(lost)})"
    else:
        gone = approved_with_labels(s, project, missing_labels(s, project, names))
        found = f"have spans of labels that Doccano has no more ({', '.join(lost)})"
    if too_many(gone, approved):
        raise ManyChanges(
            f"{len(gone)} of {counted(len(approved), 'approved document')} of {project} {found}, "
            f"{RULE}: nothing is collected; if Doccano or its project was set up anew, run "
            f"`nerloop rebind {project}`, and if all this was deleted, "
            f"`nerloop collect {project} --accept-changes`"
        )
