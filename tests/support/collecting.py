"""Collecting a project of the tests' Doccano into a store, with a clock that tests move."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ner.spans import Document, Prediction, Span
from tests.support.doccano_projects import TestProject
from worker.collect.collect import collect
from worker.collect.collect_result import CollectResult
from worker.settings import Settings
from worker.store.database import open_store
from worker.store.datasets import Dataset, load_dataset
from worker.store.pulls import PullState, get_pull
from worker.store.served import Call, answer_once, record_call

PROJECT = "papers"


class Collecting:
    """A project, a store of its own, and settings called ``papers``."""

    def __init__(self, folder: Path, project: TestProject, **settings: Any) -> None:
        self.project = project
        self.store = open_store(f"sqlite:///{folder / 'store.sqlite3'}")
        self.now = datetime(2026, 11, 1, tzinfo=UTC)
        rule = settings.pop("adjudication", "majority")
        self.settings = Settings(
            projects={PROJECT: {"doccano_project": project.id, "adjudication": rule}}, **settings
        )

    def pass_seconds(self, seconds: float) -> None:
        """Moves the clock."""
        self.now += timedelta(seconds=seconds)

    def collect(self, **options: Any) -> CollectResult:
        """One collection now."""
        return collect(self.store, self.project.client, PROJECT, self.settings, self.now, **options)

    def collect_later(self, **options: Any) -> CollectResult:
        """One collection when another export may be made."""
        self.pass_seconds(self.settings.export_seconds + 1)
        return self.collect(**options)

    def serve(self, text: str, *spans: Span) -> None:
        """What the server keeps of an auto-label call for this text."""
        scores = (0.9,) * len(spans)
        call = Call(PROJECT, "answered", Prediction(text, spans, scores, "v0001"), self.now)
        with self.store.begin() as s:
            if not spans or not answer_once(s, call):
                record_call(s, call)

    @property
    def state(self) -> PullState:
        """How far collecting has come."""
        with self.store.read() as s:
            return get_pull(s, PROJECT)

    @property
    def dataset(self) -> Dataset:
        """What would be trained and tested on."""
        with self.store.read() as s:
            return load_dataset(s, PROJECT)

    @property
    def approved(self) -> dict[str, list[tuple[str, str]]]:
        """Each approved document's spans as ``(covered text, label)``, by its text."""
        documents = (*self.dataset.train, *self.dataset.held_out)
        return {document.text: covered(document) for document in documents}


def covered(document: Document) -> list[tuple[str, str]]:
    """What the spans of a document cover, with their labels."""
    return [(document.text[span.start : span.end], span.label) for span in document.spans]
