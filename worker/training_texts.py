"""All texts of a project that a model may learn from, unannotated ones too."""

from dataclasses import dataclass
from datetime import datetime

from worker.doccano.client import DoccanoClient
from worker.project_listing import listed_documents
from worker.settings import Settings
from worker.store.database import Store
from worker.store.datasets import load_dataset
from worker.store.documents import sync_listing
from worker.store.training_side import on_training_side


@dataclass(frozen=True, slots=True)
class TrainingTexts:
    """`texts` of the training side; of the project's documents, `held_out` are not among them."""

    texts: tuple[str, ...]
    held_out: int


def training_texts(
    store: Store, client: DoccanoClient, project: str, settings: Settings, now: datetime
) -> TrainingTexts:
    """What Doccano lists now, approved or not, and the gold that was imported beside it.

    Documents that were never seen get their side here and keep it, so that none is learned from now
    and tested on later. Raises DoccanoError when Doccano cannot be asked.
    """
    chosen = settings.project(project)
    # Which documents are approved says nothing here, and is left as the store has it.
    listed = listed_documents(client.examples(chosen.doccano_project), collaborative=False)
    with store.begin() as s:
        share = chosen.held_out_share
        sync_listing(s, project, listed, complete=False, share=share, now=now)
        usable = on_training_side(s, project, listed)
        approved = load_dataset(s, project).train
    texts = dict.fromkeys([*(one.text for one in usable), *(one.text for one in approved)])
    return TrainingTexts(tuple(texts), len(listed) - len(usable))
