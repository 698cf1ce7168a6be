"""What the store's documents say about a project, read again only when it may have changed."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.cli.corpus_shape import inside_words_warning
from worker.store.corpus.revisions import count_approved, last_revision
from worker.store.labels import label_names
from worker.store.training.datasets import IN_DOCCANO, Dataset, load_dataset


@dataclass(frozen=True, slots=True)
class StoredData:
    """The data set, the number of documents approved in Doccano and that of imported ones.

    `remarks` are sentences on the data set, with its own.
    """

    dataset: Dataset
    approved: int
    imported: int
    remarks: tuple[str, ...]


class StoredDataReader:
    """Reads the data of projects and keeps it while no revision was added and no label changed."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[object, StoredData]] = {}

    def read(self, s: Session, project: str) -> StoredData:
        """The project's data, as it is now."""
        key = (last_revision(s, project), label_names(s, project))
        kept = self._read.get(project)
        if kept is not None and kept[0] == key:
            return kept[1]
        data = _read(s, project)
        self._read[project] = (key, data)
        return data


def _read(s: Session, project: str) -> StoredData:
    dataset = load_dataset(s, project)
    imported = count_approved(s, project, source="import")
    warning = inside_words_warning((*dataset.train, *dataset.held_out))
    return StoredData(
        remarks=(*dataset.remarks, *([warning] if warning else [])),
        dataset=dataset,
        approved=count_approved(s, project),
        imported=imported - dataset.left_out.get(IN_DOCCANO, 0),
    )
