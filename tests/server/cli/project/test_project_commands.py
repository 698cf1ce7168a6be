from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ner.hashing import exact_hash
from ner.spans import Prediction, Span
from server.cli import main
from tests.support.doccano_projects import TestProject
from worker.store.database import Store
from worker.store.revisions import current_approved
from worker.store.served import Call, claim_answer, has_free_slot
from worker.store.tokens import token_matches

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize("command", ["connect", "collect", "retrain", "tokens", "status"])
def test_a_project_that_is_not_configured_is_named_with_those_that_are(command: str) -> None:
    result = run(command, "letters")
    assert result.exit_code == 1
    assert "no project 'letters'; configured: papers" in result.output


def test_connect_without_the_password_says_which_setting_is_missing() -> None:
    result = run("connect", "papers")
    assert result.exit_code == 1
    assert "NERLOOP_DOCCANO_PASSWORD" in result.output


def test_collect_pulls_what_is_approved(project: TestProject, store: Store) -> None:
    project.document("University of Lyon", (0, 18, "AFFILIATION"), approved=True)
    project.document("University of Kyiv")
    assert "1 new, 0 changed, 0 withdrawn" in run("collect", "papers").output
    assert "0 new, 0 changed, 0 withdrawn" in run("collect", "papers").output
    with store.read() as session:
        assert len(current_approved(session, "papers")) == 1


def test_import_brings_gold_in_once(project: TestProject, store: Store, tmp_path: Path) -> None:
    corpus = tmp_path / "gold.jsonl"
    corpus.write_text('{"text": "In Lyon", "label": [[3, 7, "CITY"]]}\n', encoding="utf-8")
    refused = run("import", "papers", str(corpus))
    assert refused.exit_code == 1
    assert "--create-labels" in refused.output
    result = run("import", "papers", str(corpus), "--create-labels")
    assert result.exit_code == 0, result.output
    assert "1 documents imported" in result.output
    assert "0 documents imported" in run("import", "papers", str(corpus)).output
    with store.read() as session:
        assert len(current_approved(session, "papers", source="import")) == 1


def test_import_makes_documents_of_the_doccano_project(
    project: TestProject, tmp_path: Path
) -> None:
    corpus = tmp_path / "gold.jsonl"
    corpus.write_text('{"text": "In Lyon", "label": [[3, 7, "AFFILIATION"]]}\n', encoding="utf-8")
    assert run("import", "papers", str(corpus), "--approved").exit_code == 2
    assert run("import", "papers", str(corpus), "--as-documents", "--approved").exit_code == 0
    (example,) = project.client.examples(project.id)
    assert example.confirmed
    assert [(s.start, s.end) for s in project.client.spans(project.id, example.id)] == [(3, 7)]


def test_retrain_without_a_queue_says_how_to_get_one() -> None:
    result = run("retrain", "papers")
    assert result.exit_code == 1
    assert "nerloop up" in result.output


def test_tokens_are_listed_rotated_and_shown_once(store: Store) -> None:
    assert "admin    none" in run("tokens", "papers").output
    shown = run("tokens", "papers", "--rotate", "admin").output.split()[-1]
    with store.read() as session:
        assert token_matches(session, "admin", "papers", shown)
        assert not token_matches(session, "admin", "", shown)
    listed = run("tokens", "papers").output
    assert "admin    issued" in listed
    assert shown not in listed
    service = run("tokens", "papers", "--rotate", "service").output.split()[-1]
    with store.read() as session:
        assert token_matches(session, "admin", "anything", service)


def test_connect_looks_at_the_base_model_too(
    project: TestProject, server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run("connect", "papers")
    assert result.exit_code == 0, result.output
    assert "base model bundled: bert" in result.output
    monkeypatch.setenv("NERLOOP_PROJECTS__PAPERS__BASE_MODEL", "/no/such/model")
    refused = run("connect", "papers")
    assert refused.exit_code == 1
    assert "✗ base model '/no/such/model' is not a folder" in refused.output
    assert "(base_model of papers)" in refused.output


def test_a_predict_token_stays_when_its_successor_cannot_be_tried(
    project: TestProject, server: None, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("connect", "papers")
    before = project.client.auto_labeling.configs(project.id)
    monkeypatch.setenv("NERLOOP_SERVER_PORT", "9")
    result = run("tokens", "papers", "--rotate", "predict")
    assert result.exit_code == 1
    assert "the old token is still in use" in result.output
    assert project.client.auto_labeling.configs(project.id) == before


def test_a_new_predict_token_is_written_to_doccanos_configuration(
    project: TestProject, server: None, store: Store
) -> None:
    run("connect", "papers")
    (old,) = project.client.auto_labeling.configs(project.id)
    result = run("tokens", "papers", "--rotate", "predict")
    (new,) = project.client.auto_labeling.configs(project.id)
    old_token, new_token = (
        config.model_attrs["headers"]["Authorization"].removeprefix("Bearer ")
        for config in (old, new)
    )
    with store.read() as session:
        assert token_matches(session, "predict", "papers", new_token)
        assert not token_matches(session, "predict", "papers", old_token)
    assert "nlp_" not in result.output


def test_a_forgotten_text_is_answered_again(store: Store) -> None:
    with store.begin() as session:
        for text in ("one", "two"):
            assert claim_answer(session, _call(text))
    assert run("forget", "papers").exit_code == 2
    assert run("forget", "papers", "--text", "one", "--all").exit_code == 2
    assert "forgot 1 answers" in run("forget", "papers", "--text", "one").output
    with store.read() as session:
        assert has_free_slot(session, "papers", exact_hash("one"))
        assert not has_free_slot(session, "papers", exact_hash("two"))
    assert "forgot 1 answers" in run("forget", "papers", "--all").output


def _call(text: str) -> Call:
    return Call("papers", "spans", Prediction(text, (Span(0, 3, "A"),), (0.9,), "v0001"), NOW)
