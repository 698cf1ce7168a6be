"""A tiny base model and one training with it, shared by the tests that only read them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ner.spans import Document
from ner.training.options import TrainingOptions
from ner.training.report import TrainingReport
from ner.training.training import train
from ner.training.versioning import write_version
from ner.versions.version import Version
from tests.support.models.easy_task import easy_documents
from tests.support.models.tiny_fixtures import one_thread, tiny_base

__all__ = ["one_thread", "tiny_base", "trained"]


@dataclass(frozen=True)
class Trained:
    """A finished training: its documents, others for validation, its report and its version."""

    documents: tuple[Document, ...]
    unseen: tuple[Document, ...]
    report: TrainingReport
    version: Version


@pytest.fixture(scope="session")
def trained(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Small windows, so that ordinary documents already take several."""
    documents, unseen = easy_documents(60), easy_documents(30, seed=99)
    folder = tmp_path_factory.mktemp("trained")
    options = TrainingOptions(
        base_model=str(tiny_base),
        learning_rate=2e-3,
        epochs=8,
        window=32,
        overlap=8,
        validation_share=0.15,
        word_dropout=0.0,
    )
    report = train(
        documents, options=options, output=folder / "version", work_dir=folder / "work", dev=unseen
    )
    created_at = datetime(2026, 11, 23, tzinfo=UTC)
    version = write_version(folder / "version", report, created_at=created_at, samples=documents)
    return Trained(documents, unseen, report, version)
