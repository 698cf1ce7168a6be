"""What the loop has come to: what must be the same with a fault and without."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ner.versions.registry import Registry
from tests.effects.processes import PROJECT, answers_file
from worker.settings import Settings
from worker.store.database import open_store
from worker.store.database.schema import (
    DocumentRow,
    LabelRow,
    ProjectRow,
    PullRow,
    RevisionRow,
    RunRow,
)

Outcome = Mapping[str, Any]


def read_outcome(settings: Settings) -> Outcome:
    """The content of store and registry without times, numbers of rows, and what a fault may add.

    That is a failed run, and one that has more attempts. The run that is unfinished counts.
    """
    with (
        closing(open_store(settings.resolved_store_url, migrate=False)) as store,
        store.read() as session,
    ):
        stored = _stored(session)
    registry = Registry(settings.models_dir, PROJECT)
    versions = {
        name: hashlib.sha256((registry.verify(name).path / "model.safetensors").read_bytes())
        for name in registry.names()
    }
    promotions = [[entry.version, entry.previous] for entry in registry.history()]
    runs_folder = settings.runs_dir / PROJECT
    return stored | {
        "versions": {name: digest.hexdigest() for name, digest in versions.items()},
        "promotions": promotions,
        "run folders": len([*runs_folder.glob("*")]),
    }


def differences(expected: Outcome, found: Outcome) -> list[str]:
    """A line for each part that differs."""
    return [
        f"{part}: {json.dumps(found.get(part))}, expected {json.dumps(expected.get(part))}"
        for part in expected
        if expected[part] != found.get(part)
    ]


def wrong_answers(folder: Path) -> list[str]:
    """The answers of the server that are no list, which Doccano must never get."""
    path = answers_file(folder)
    lines = path.read_text().splitlines() if path.exists() else []
    return [line for line in lines if line.endswith(" None")]


def _stored(session: Session) -> dict[str, Any]:
    documents = {row.id: row for row in session.scalars(select(DocumentRow))}
    revisions: dict[str, list[Any]] = {}
    for row in session.scalars(select(RevisionRow).order_by(RevisionRow.id)):
        document = documents[row.document_id].exact_hash[:8]
        revisions.setdefault(document, []).append(
            [row.kind, row.reason, row.text, len(row.spans), row.content_hash, row.annotators]
        )
    state = session.scalars(select(PullRow)).one_or_none()
    return {
        "documents": sorted(
            [row.exact_hash[:8], row.source, row.side, row.approved, row.deleted]
            for row in documents.values()
        ),
        "revisions": dict(sorted(revisions.items())),
        "labels": [[row.name, row.deleted] for row in session.scalars(select(LabelRow))],
        "project": [row.collaborative for row in session.scalars(select(ProjectRow))],
        "pull": state and [state.held_back, state.last_error, state.documents, state.ticked],
        "runs": [
            [row.state, row.documents, row.approved, row.version, row.compared_with]
            for row in session.scalars(select(RunRow).order_by(RunRow.id))
            if row.state != "failed"
        ],
    }
