"""All texts of a project that a model may learn from, including those without annotations."""

from dataclasses import dataclass
from datetime import datetime

from worker.bound_project import bound_project
from worker.doccano.client import DoccanoClient
from worker.project_listing import listed_documents
from worker.settings import Settings
from worker.store.corpus.listings import sync_listing
from worker.store.database import Store
from worker.store.training.datasets import load_dataset
from worker.store.training.training_side import on_training_side


@dataclass(frozen=True, slots=True)
class TrainingTexts:
    """`texts` of the training side; `held_out` is how many of Doccano's documents are left out."""

    texts: tuple[str, ...]
    held_out: int


def training_texts(
    store: Store, client: DoccanoClient, project: str, settings: Settings, now: datetime
) -> TrainingTexts:
    """Returns the texts that Doccano lists now, approved or not, and those of imported gold.

    A document that is new to the store is assigned its side here and keeps it, so that none is
    trained on now and tested on later. Raises the DoccanoError tree, and AnotherDoccano when the
    settings name another Doccano than the one that the project's documents come from.
    """
    doccano_project = bound_project(store, settings, project)
    # With None for `approved`, the store keeps what it knows about each document.
    listed = listed_documents(client.examples(doccano_project), collaborative=False)
    share = settings.project(project).held_out_share
    sync_listing(store, project, listed, complete=False, share=share, now=now)
    with store.read() as s:
        usable = on_training_side(s, project, listed)
        approved = load_dataset(s, project).train
    texts = [document.text for document in usable] + [document.text for document in approved]
    return TrainingTexts(tuple(dict.fromkeys(texts)), len(listed) - len(usable))
