"""Scores of a version beside those of the champion of its time."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ner.versions.manifest import Manifest
from tests.support.models.model_folders import make_manifest
from tests.support.training.fake_training import NOON, PROJECT, Clock, started_run
from worker.compared_scores import ComparedScores, compared_scores, own_scores
from worker.store.database import Store, open_store
from worker.store.training.runs import finish_run, run_id_of


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    yield opened
    opened.close()


def scores(f1: float, documents: int = 5) -> dict[str, Any]:
    return {"strict": {"micro": {"f1": f1}}, "documents": documents}


def version_of_run(store: Store, kept: Mapping[str, Any] | None, champion: str | None) -> Manifest:
    """The manifest of v0002, which a finished run with these scores made."""
    run = started_run(store, Clock())
    with store.begin() as session:
        finish_run(
            session,
            run.id,
            "refused",
            scores=kept,
            version="v0002",
            compared_with=champion,
            now=NOON,
        )
    return make_manifest(run_id=run_id_of(run), version="v0002", scores=scores(0.5))


def read(store: Store, manifest: Manifest) -> ComparedScores | None:
    with store.read() as session:
        return compared_scores(session, PROJECT, manifest)


def test_both_scores_are_those_on_the_same_documents(store: Store) -> None:
    kept = {"challenger": scores(0.75, 7), "champion": scores(0.25, 7)}
    manifest = version_of_run(store, kept, "v0001")
    assert read(store, manifest) == ComparedScores(0.75, 7, "v0001", 0.25)


@pytest.mark.parametrize("kept", [{"challenger": scores(0.5), "champion": None}, None])
def test_a_first_version_has_no_champion_beside_it(
    store: Store, kept: Mapping[str, Any] | None
) -> None:
    assert read(store, version_of_run(store, kept, None)) == ComparedScores(0.5, 5)


def test_a_run_of_another_store_with_the_same_number_is_not_taken(store: Store) -> None:
    kept = {"challenger": scores(0.75), "champion": scores(0.25)}
    manifest = version_of_run(store, kept, "v0001")
    other = replace(manifest, run_id="1-20000101T000000000000")
    assert read(store, other) == ComparedScores(0.5, 5)


@pytest.mark.parametrize("without", [None, {}, scores(0.0, 0), {"strict": {"micro": {}}}])
def test_a_version_that_read_no_document_has_no_score(without: dict[str, Any] | None) -> None:
    assert own_scores(make_manifest(scores=without)) is None
