from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ner.hashing import exact_hash
from ner.spans import Prediction, Span
from server.cli import main
from server.demo.local_doccano import LocalDoccano
from tests.support.doccano_projects import TestProject
from worker.store.database import Store, open_store
from worker.store.documents import Listed, sync_listing
from worker.store.pulls import PullState, save_pull
from worker.store.revisions import Approval, current_approved, record_approved
from worker.store.runs import finish_run, start_run
from worker.store.served import Call, answer_once, has_free_slot
from worker.store.tokens import matches

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One project, papers, and a server address where nothing answers."""
    monkeypatch.setenv("NERLOOP_CONFIG", str(tmp_path / "nerloop.toml"))
    (tmp_path / "nerloop.toml").write_text("", encoding="utf-8")
    monkeypatch.setenv("NERLOOP_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("NERLOOP_SERVER_PORT", "9")
    monkeypatch.setenv("NERLOOP_PROJECTS__PAPERS__DOCCANO_PROJECT", "1")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'data' / 'nerloop.sqlite3'}")
    yield opened
    opened.close()


@pytest.fixture
def project(doccano: LocalDoccano, monkeypatch: pytest.MonkeyPatch) -> TestProject:
    made = TestProject(doccano, labels=["AFFILIATION"])
    monkeypatch.setenv("NERLOOP_DOCCANO_URL", doccano.url)
    monkeypatch.setenv("NERLOOP_DOCCANO_PASSWORD", doccano.password)
    monkeypatch.setenv("NERLOOP_PROJECTS__PAPERS__DOCCANO_PROJECT", str(made.id))
    return made


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize("command", ["connect", "collect", "retrain", "tokens", "status"])
def test_a_project_that_is_not_configured_is_named_with_those_that_are(command: str) -> None:
    result = run(command, "letters")
    assert result.exit_code == 1
    assert "no project 'letters'; configured: papers" in result.output


def test_connect_marks_what_is_fine_and_what_is_wrong(project: TestProject) -> None:
    result = run("connect", "papers")
    assert result.exit_code == 1
    assert "✓ labels: AFFILIATION" in result.output
    assert "✗ nothing answers at http://127.0.0.1:9/doccano/papers" in result.output
    assert f"{project.client.url}/projects/{project.id}/sequence-labeling" in result.output
    assert "shown this once: nla_" in result.output
    assert "shown this once" not in run("connect", "papers").output


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
        assert matches(session, "admin", "papers", shown)
        assert not matches(session, "admin", "", shown)
    listed = run("tokens", "papers").output
    assert "admin    issued" in listed
    assert shown not in listed
    service = run("tokens", "papers", "--rotate", "service").output.split()[-1]
    with store.read() as session:
        assert matches(session, "admin", "anything", service)


def test_a_new_predict_token_is_put_into_doccanos_configuration(
    project: TestProject, store: Store
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
        assert matches(session, "predict", "papers", new_token)
        assert not matches(session, "predict", "papers", old_token)
    assert "nlp_" not in result.output


def test_a_forgotten_text_is_answered_again(store: Store) -> None:
    with store.begin() as session:
        for text in ("one", "two"):
            assert answer_once(session, _call(text))
    assert run("forget", "papers").exit_code == 2
    assert run("forget", "papers", "--text", "one", "--all").exit_code == 2
    assert "forgot 1 answers" in run("forget", "papers", "--text", "one").output
    with store.read() as session:
        assert has_free_slot(session, "papers", exact_hash("one"))
        assert not has_free_slot(session, "papers", exact_hash("two"))
    assert "forgot 1 answers" in run("forget", "papers", "--all").output


def test_status_says_what_there_is_and_what_comes_next(store: Store) -> None:
    with store.begin() as session:
        sync_listing(
            session, "papers", [Listed("9", "open", approved=False)],
            complete=True, share=0.2, now=NOW,
        )  # fmt: skip
        approval = Approval("7", "In Lyon", (Span(3, 7, "1"),))
        record_approved(session, "papers", approval, share=0.2, now=NOW)
        save_pull(
            session,
            PullState("papers", held_back=("3", "4"), last_error="Doccano is away", pulled_at=NOW),
        )
    output = " ".join(run("status").output.split())
    for words in (
        "1 approved, 1 to do",
        "changed 1 since",
        "model none yet",
        "2026-11-01 12:00:00",
        "trouble Doccano is away",
        "withdrawal of 2 documents",
        "nerloop up",
    ):
        assert words in output


def test_status_lists_the_last_runs_with_their_reasons(store: Store) -> None:
    _refused_run(store, "F1 falls")
    output = " ".join(run("status", "papers").output.split())
    assert "warm from" in output
    assert "refused" in output
    assert "F1 falls" in output
    assert "3 are new" in output
    assert "v0002" in output


def test_status_shows_a_reason_that_looks_like_markup_as_it_is(store: Store) -> None:
    _refused_run(store, "[/x]")
    result = run("status", "papers")
    assert result.exit_code == 0, result.output
    assert "[/x]" in result.output


def _refused_run(store: Store, reason: str) -> None:
    with store.begin() as session:
        run_of = start_run(
            session,
            "papers",
            fingerprint="f",
            parameters={"warm_from": "v0001"},
            last_revision_id=0,
            documents=40,
            host="here",
            machine_free=True,
            start_reasons=["3 are new"],
            now=NOW,
        )
        assert run_of is not None
        finish_run(session, run_of.id, "refused", reasons=[reason], version="v0002", now=NOW)


def _call(text: str) -> Call:
    return Call("papers", "spans", Prediction(text, (Span(0, 3, "A"),), (0.9,), "v0001"), NOW)
