"""Fixtures for cross-validations of a project."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.models.easy_task import LABEL, easy_documents
from tests.support.store.stored import record_approved
from worker.store.corpus.revisions import Approval
from worker.store.database import open_store
from worker.store.labels import sync_labels


@pytest.fixture
def papers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the settings and the store of the project `papers`; the working directory.

    The project has 48 approved documents, of which about half are held out. Every fourth document
    was imported and is not in Doccano.
    """
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nerloop.toml").write_text(
        'data_dir = "data"\nbase_model = "bundled"\n'
        "[projects.papers]\ndoccano_project = 4\ntraining.epochs = 3\ntraining.window = 128\n"
    )
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'nerloop.sqlite3'}")
    now = datetime(2026, 11, 1, tzinfo=UTC)
    with store.begin() as session:
        sync_labels(session, "papers", {7: LABEL})
        for number, document in enumerate(easy_documents(48)):
            spans = tuple(replace(span, label="7") for span in document.spans)
            approval = Approval(str(number), document.text, spans)
            source = "import" if number % 4 == 0 else "doccano"
            record_approved(session, "papers", approval, source=source, share=0.5, now=now)
    store.close()
    return tmp_path
