"""Collects a project of the tests' Doccano into a store, at a time that tests set."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ner.spans import Document, Prediction, Span
from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.doccano_projects import TestProject
from worker.collect.collect import collect
from worker.collect.collect_result import CollectResult
from worker.settings import Settings
from worker.store.database import open_store
from worker.store.pulls import PullState, get_pull
from worker.store.served import Call, claim_answer, record_call
from worker.store.training.datasets import Dataset, load_dataset

PROJECT = "papers"


class Collecting:
    """A project in Doccano, which is ``papers`` in the settings, with a store of its own."""

    def __init__(self, folder: Path, project: TestProject, **settings: Any) -> None:
        self.project = project
        self.store = open_store(f"sqlite:///{folder / 'store.sqlite3'}")
        self.now = datetime(2026, 11, 1, tzinfo=UTC)
        rule = settings.pop("adjudication", "majority")
        self.settings = Settings(
            projects={PROJECT: {"doccano_project": project.id, "adjudication": rule}}, **settings
        )

    def set(self, **settings: Any) -> None:
        """Changes settings."""
        self.settings = self.settings.model_copy(update=settings)

    def pass_seconds(self, seconds: float) -> None:
        """Moves the time forward."""
        self.now += timedelta(seconds=seconds)

    def collect(self, **options: Any) -> CollectResult:
        """Collects once, now."""
        return collect(self.store, self.project.client, PROJECT, self.settings, self.now, **options)

    def approve(self, *texts: str) -> list[int]:
        """Approves and exports documents with these texts; a first span of each is a CITY."""
        ids = [self.project.document(text, (0, 4, "CITY"), approved=True) for text in texts]
        self.collect()
        return ids

    def requests(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Collects once; returns the paths of its GET requests without the project's part."""
        transport = self.project.client._transport
        get, paths = transport.get, []

        def counted(path: str, **params: object) -> object:
            paths.append(path.removeprefix(f"projects/{self.project.id}").lstrip("/"))
            return get(path, **params)

        with monkeypatch.context() as patch:
            patch.setattr(transport, "get", counted)
            self.collect()
        return paths

    def collect_later(self, **options: Any) -> CollectResult:
        """Collects once, after the pause between two exports."""
        self.pass_seconds(self.settings.export_seconds + 1)
        return self.collect(**options)

    def serve(self, text: str, *spans: Span) -> None:
        """Records an auto-label call for this text, as the server does."""
        scores = (0.9,) * len(spans)
        call = Call(PROJECT, "answered", Prediction(text, spans, scores, "v0001"), self.now)
        with self.store.begin() as s:
            if not spans or not claim_answer(s, call):
                record_call(s, call)

    @property
    def state(self) -> PullState:
        """The state of the last pull."""
        with self.store.read() as s:
            return get_pull(s, PROJECT)

    @property
    def dataset(self) -> Dataset:
        """The documents to train and test on."""
        with self.store.read() as s:
            return load_dataset(s, PROJECT)

    @property
    def approved(self) -> dict[str, list[tuple[str, str]]]:
        """Each approved document's spans as ``(covered text, label)``, by its text."""
        documents = (*self.dataset.train, *self.dataset.held_out)
        return {document.text: covered(document) for document in documents}


def exports_of(doccano: LocalDoccano) -> int:
    """Returns how many exports are on Doccano's disk; it never deletes one."""
    return len(list((doccano.folder / "media").glob("*.zip")))


def covered(document: Document) -> list[tuple[str, str]]:
    """Returns the texts that the spans of a document cover, with their labels."""
    return [(document.text[span.start : span.end], span.label) for span in document.spans]
