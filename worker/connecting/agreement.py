"""Compares the documents that the store knows with those of a project in Doccano."""

from collections.abc import Mapping
from dataclasses import dataclass

from ner.hashing import exact_hash
from worker.doccano import DoccanoClient
from worker.store.corpus.documents import known_documents
from worker.store.database import Store
from worker.store.labels import doccano_labels
from worker.wording import counted

# The share of the documents that must be there with their ids and texts.
SMALLEST_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far Doccano's documents have the ids, texts and labels that the store knows.

    The approved documents are compared or, if `approved` is False because there are none, all.
    `same` of them have their id and text, `other_text` their id alone, `absent` ones are not there;
    the text of `elsewhere` of the latter two is that of a document with another id. `listed` counts
    Doccano's documents. `moved_labels` are the labels without their number there.
    """

    approved: bool
    same: int
    other_text: int
    absent: int
    elsewhere: int
    listed: int
    moved_labels: tuple[str, ...]

    @property
    def compared(self) -> int:
        """The number of documents that were compared."""
        return self.same + self.other_text + self.absent

    @property
    def is_same(self) -> bool:
        """Whether these can be the documents that the store knows."""
        return self.same >= SMALLEST_SHARE * self.compared and not self.moved_labels

    def __str__(self) -> str:
        known = counted(self.compared, "approved document" if self.approved else "known document")
        words = (
            f"of {known}, {self.same} are there with the same number and text, {self.other_text} "
            f"with another text, {self.absent} are absent"
        )
        if self.other_text or self.absent:
            words += f"; {self.elsewhere} of these texts are there under another number"
        if self.moved_labels:
            words += f"; labels without their number: {', '.join(self.moved_labels)}"
        return words


def compare_documents(
    store: Store, client: DoccanoClient, project: str, doccano_project: int
) -> Agreement:
    """Reads the listing and the labels of the project in Doccano and compares them.

    Raises the DoccanoError tree.
    """
    there = {str(e.id): exact_hash(e.text) for e in client.examples(doccano_project)}
    labels = client.label_types(doccano_project)
    with store.read() as s:
        known = {name: row for name, row in known_documents(s, project).items() if not row.deleted}
        known_labels = doccano_labels(s, project)
    approved = {name: row for name, row in known.items() if row.approved}
    compared = {name: row.exact_hash for name, row in (approved or known).items()}
    same = {name for name, text in compared.items() if there.get(name) == text}
    texts = {*there.values()}
    return Agreement(
        approved=bool(approved),
        same=len(same),
        other_text=len(compared.keys() & there.keys() - same),
        absent=len(compared.keys() - there.keys()),
        elsewhere=sum(text in texts for name, text in compared.items() if name not in same),
        listed=len(there),
        moved_labels=_moved(known_labels, labels),
    )


def _moved(known: Mapping[int, str], there: Mapping[int, str]) -> tuple[str, ...]:
    """Names of known labels whose number is missing or another label's; a rename is none."""
    moved = [
        name
        for number, name in known.items()
        if number not in there or (there[number] != name and there[number] in known.values())
    ]
    return tuple(sorted(moved))
