"""What an erasure would remove, and what forbids it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from ner.errors import ErasureRefused
from ner.versions.registry import Registry
from worker.bound_project import bound_project
from worker.doccano.client import DoccanoClient
from worker.erasing.described import description
from worker.erasing.doccano_state import unticked_in_doccano
from worker.erasing.version_uses import VersionUse, version_uses
from worker.settings import Settings
from worker.store.corpus.documents import DOCCANO
from worker.store.corpus.named_documents import NamedDocument, document_name, named_documents
from worker.store.database import Store
from worker.store.removal.erasing import ErasedRows, count_rows, holders, texts_of

DESCRIBED = 10  # documents that are described, so that a person reads all of it


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """What an erasure would remove: rows, and samples in the manifests of versions.

    `described` has a line for each of the first documents, with some of its text. `uses` are the
    versions that were trained or measured on the documents. `unticked` are those that Doccano still
    has.
    """

    documents: tuple[NamedDocument, ...]
    described: tuple[str, ...]
    rows: ErasedRows
    samples_in: tuple[str, ...]
    uses: tuple[VersionUse, ...]
    unticked: tuple[NamedDocument, ...]

    @property
    def ids(self) -> tuple[int, ...]:
        """The documents' ids in the store."""
        return tuple(document.id for document in self.documents)

    @property
    def learned(self) -> tuple[str, ...]:
        """The versions whose weights learned from one of the documents."""
        return tuple(use.version for use in self.uses if use.learned)


def plan_erasure(
    settings: Settings,
    store: Store,
    project: str,
    names: Iterable[str],
    open_client: Callable[[], DoccanoClient],
) -> ErasurePlan:
    """Reads what would be erased; nothing is changed. Doccano is asked about its own documents.

    Raises StoreError for an unknown document, RegistryError for versions that cannot be read, the
    DoccanoError tree, AnotherDoccano when documents of Doccano come from another one than that of
    the settings, and ErasureRefused for a document that is approved in Doccano or a text that
    another document has too.
    """
    registry = Registry(settings.models_dir, project)
    with store.read() as s:
        documents = named_documents(s, project, names)
        ids = {document.id for document in documents}
        texts = texts_of(s, ids)
        _check_other_holders(s, project, texts, ids)
        rows = count_rows(s, project, ids)
        uses = version_uses(s, registry, documents)
        described = tuple(description(s, document) for document in documents[:DESCRIBED])
    unticked: tuple[NamedDocument, ...] = ()
    if in_doccano := [document for document in documents if document.source == DOCCANO]:
        number = bound_project(store, settings, project)
        unticked = unticked_in_doccano(open_client(), number, in_doccano)
    samples_in = registry.with_samples(texts)
    return ErasurePlan(documents, described, rows, samples_in, uses, unticked)


def _check_other_holders(s: Session, project: str, texts: frozenset[str], ids: set[int]) -> None:
    others = [document_name(*other) for other in holders(s, project, texts, besides=ids)]
    if others:
        raise ErasureRefused(
            f"{', '.join(others)} has the same text as one of these documents: name it too, so "
            "that the text is erased; nothing was erased"
        )
