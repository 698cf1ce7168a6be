"""What is cross-validated: a file, or the training side of a configured project."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ner.spans import Document

if TYPE_CHECKING:
    from rich.console import Console

    from ner.training.options import TrainingOptions

Link = Callable[[Document], str | None]


@dataclass(frozen=True, slots=True)
class DoccanoPlace:
    """Where a corpus can be looked at: Doccano's address and the project's number there."""

    url: str
    doccano_project: int


@dataclass(frozen=True, slots=True)
class CrossvalCorpus:
    """Documents, the options to train with, and where each document can be opened, if anywhere."""

    name: str
    documents: tuple[Document, ...]
    options: "TrainingOptions"
    link: Link


def corpus_of_file(
    path: Path,
    *,
    offset_unit: str,
    skip_bad: bool,
    options: "TrainingOptions",
    place: DoccanoPlace | None,
    messages: "Console",
) -> CrossvalCorpus:
    """The documents of a file, which may be an export of the Doccano project at `place`."""
    from server.cli.corpus_options import load_corpus

    corpus = load_corpus(path, offset_unit=offset_unit, skip_bad=skip_bad, messages=messages)
    link = _no_link if place is None else _links(place, corpus.documents)
    return CrossvalCorpus(path.stem, corpus.documents, options, link)


def corpus_of_project(project: str, given: Mapping[str, Any]) -> CrossvalCorpus:
    """The training side of a project; its settings, less what was `given` on the command line.

    The held-out side decides on promotions and is not looked at.
    """
    from server.cli.project.project_commands import configured
    from worker.retrain.run_parameters import training_options
    from worker.store.datasets import load_dataset

    with configured(project) as (settings, store), store.read() as session:
        documents = load_dataset(session, project).train
    options = replace(training_options(settings, project), report_to=(), **given)
    doccano_project = settings.project(project).doccano_project
    link = _links(DoccanoPlace(str(settings.doccano_url), doccano_project), documents)
    # The others, `import:…`, are gold that only the store has.
    return CrossvalCorpus(
        project, documents, options, lambda d: link(d) if ":" not in d.id else None
    )


def _links(place: DoccanoPlace, documents: tuple[Document, ...]) -> Link:
    from worker.doccano.links import DocumentLinks

    links = DocumentLinks(
        place.url, place.doccano_project, (document.text for document in documents)
    )
    # A document with several errors is asked for once for each, for the rows and for the page.
    link_of = cache(links.link)
    return lambda document: link_of(document.text)


def _no_link(document: Document) -> str | None:  # noqa: ARG001  (a Link)
    return None
