"""Looks whether Doccano still has documents that are to be erased."""

from collections.abc import Iterable

from ner.errors import DoccanoNotFound, ErasureRefused
from worker.doccano.client import DoccanoClient
from worker.store.corpus.named_documents import NamedDocument


def unticked_in_doccano(
    client: DoccanoClient, doccano_project: int, documents: Iterable[NamedDocument]
) -> tuple[NamedDocument, ...]:
    """The documents that Doccano still has, none of them ticked; others are deleted there.

    Raises ErasureRefused for those that are ticked, which the next pull would bring back; in an
    individual project, where an account does not see the ticks of others, for all that exist.
    """
    collaborative = client.project(doccano_project).collaborative
    unticked: list[NamedDocument] = []
    ticked: list[str] = []
    for document in documents:
        try:
            example = client.example(doccano_project, int(document.external_id))
        except DoccanoNotFound:
            continue
        if example.confirmed or not collaborative:
            ticked.append(str(document))
        else:
            unticked.append(document)
    if ticked:
        state = "approved" if collaborative else "there, perhaps approved,"
        raise ErasureRefused(
            f"document {', '.join(ticked)} is still {state} in Doccano, and the next pull would "
            "bring it back: delete it in Doccano first; nothing was erased"
        )
    return tuple(unticked)
