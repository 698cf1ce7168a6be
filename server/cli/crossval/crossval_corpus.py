"""The corpus of a cross-validation: a file, or the training side of a configured project."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ner.spans import Document

if TYPE_CHECKING:
    from rich.console import Console

    from ner.training.options import TrainingOptions
    from server.cli.corpus_options import ReadingOptions

Link = Callable[[Document], str | None]


@dataclass(frozen=True, slots=True)
class DoccanoAddress:
    """The Doccano project that has a corpus's documents: Doccano's address and its number there."""

    url: str
    doccano_project: int


@dataclass(frozen=True, slots=True)
class CrossvalCorpus:
    """Documents, the options to train with, and `link`, a document's address in Doccano or None."""

    name: str
    documents: tuple[Document, ...]
    options: "TrainingOptions"
    link: Link


def corpus_of_file(
    path: Path,
    *,
    reading: "ReadingOptions",
    options: "TrainingOptions",
    address: DoccanoAddress | None,
    messages: "Console",
) -> CrossvalCorpus:
    """The documents of a file, linked to the Doccano project at `address` that it comes from."""
    from server.cli.corpus_options import load_corpus

    corpus = load_corpus(path, messages=messages, **reading)
    link = _no_link if address is None else _links(address, corpus.documents)
    return CrossvalCorpus(path.stem, corpus.documents, options, link)


def corpus_of_project(project: str, given: Mapping[str, Any]) -> CrossvalCorpus:
    """The training side of a project, with its settings; options in `given` override them.

    The held-out side decides on promotions and is not used.
    """
    from server.cli.project.project_commands import configured
    from worker.retrain.run_parameters import training_options
    from worker.store.training.datasets import load_dataset

    with configured(project) as (settings, store), store.read() as session:
        documents = load_dataset(session, project).train
    options = replace(training_options(settings, project), report_to=(), **given)
    doccano_project = settings.project(project).doccano_project
    link = _links(DoccanoAddress(str(settings.doccano_url), doccano_project), documents)
    # A document whose id has a colon, `import:…`, is gold that only the store has.
    return CrossvalCorpus(
        project, documents, options, lambda d: link(d) if ":" not in d.id else None
    )


def _links(address: DoccanoAddress, documents: tuple[Document, ...]) -> Link:
    from worker.doccano.links import DocumentLinks

    links = DocumentLinks(
        address.url, address.doccano_project, (document.text for document in documents)
    )
    # The rows and the page ask for the link of a document once for each of its errors.
    link_of = cache(links.link)
    return lambda document: link_of(document.text)


def _no_link(document: Document) -> str | None:  # noqa: ARG001  (a Link)
    return None
