"""A running demo."""

from collections.abc import Sequence
from dataclasses import dataclass

from ner.spans import Document
from server.demo.folder import DemoFolder, DemoState
from server.demo.local_doccano import LocalDoccano
from server.demo.stack import Service
from worker.settings import Settings
from worker.store.database import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningDemo:
    """Doccano and nerloop are running and connected; `papers` are the project's, with gold."""

    folder: DemoFolder
    state: DemoState
    settings: Settings
    doccano: LocalDoccano
    service: Service
    store: Store
    papers: Sequence[Document]
