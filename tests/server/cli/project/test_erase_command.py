import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from redis import Redis

from ner.clock import utc_now
from ner.hashing import exact_hash
from ner.spans import Span
from ner.versions.registry import Registry
from server.cli import main
from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.doccano_projects import TestProject
from tests.support.models.model_folders import make_manifest, make_model_folder
from tests.support.running.queue_server import running_valkey
from tests.support.running.searching import files_with
from tests.support.store.revising import approve, withdraw
from tests.support.store.stored import stored_documents
from tests.support.training.fake_training import Clock, started_run
from worker.beforehand.waiting_texts import key_start
from worker.queue.queues import JobState, connect
from worker.settings import load_settings
from worker.store.corpus.documents import IMPORT
from worker.store.corpus.revisions import current_approved, last_revision
from worker.store.database import Store, compaction
from worker.store.removal.release import documents_to_release, release_documents
from worker.store.training.runs import finish_run, run_id_of

MARKER = "Zyxwvquux"


def run(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, ["erase", "papers", *arguments], input=typed)


def collect() -> None:
    assert CliRunner().invoke(main, ["collect", "papers"]).exit_code == 0


def marked(project: TestProject) -> str:
    """The number of an approved document with the marker."""
    text = f"University of {MARKER}"
    return str(project.document(text, (0, len(text), "AFFILIATION"), approved=True))


def test_a_document_is_erased_once_it_is_deleted_in_doccano(
    project: TestProject, store: Store, tmp_path: Path
) -> None:
    number = marked(project)
    other = str(project.document("University of Lyon", (0, 18, "AFFILIATION"), approved=True))
    collect()
    result = run(number, "--yes")
    assert result.exit_code == 1
    assert f"document {number} is still approved in Doccano" in result.output
    assert "delete it in Doccano first; nothing was erased" in result.output
    assert files_with(tmp_path / "data", MARKER) != []

    project.client.delete_example(project.id, int(number))
    shown = run(number, "--dry-run").output.splitlines()
    assert shown[0] == "1 document:"
    described = rf'  {number}: "University of {MARKER}", approved \d{{4}}-\d\d-\d\d \d\d:\d\d'
    assert re.fullmatch(described, shown[1])
    assert shown[2:] == [
        "to be removed: the texts of 1 revision, 0 auto-label calls, 0 claims, samples in no "
        "version",
    ]
    assert run(number, typed="n\n").exit_code == 1
    assert files_with(tmp_path / "data", MARKER) != []
    store.close()

    result = run(number, typed="y\n")
    assert result.exit_code == 0, result.output
    assert "erased; not in reach of this command:" in result.output
    assert "Doccano's exports" in result.output
    assert files_with(tmp_path / "data", MARKER) == []
    collect()
    with store.read() as session:
        assert current_approved(session, "papers").keys() == {other}
    assert "the texts of 0 revisions" in run(number, "--yes").output


def test_a_document_that_is_unticked_comes_back_once_it_is_ticked(
    project: TestProject, store: Store
) -> None:
    number = marked(project)
    collect()
    project.untick(int(number))
    result = run("--from", "-", "--yes", typed=f"{number}\n\n")
    assert result.exit_code == 0, result.output
    assert f"document {number} still exists in Doccano, unticked" in result.output
    with store.read() as session:
        assert current_approved(session, "papers") == {}
    project.tick(int(number))
    collect()
    with store.read() as session:
        assert current_approved(session, "papers").keys() == {number}


def test_in_an_individual_project_a_document_must_be_deleted(
    doccano: LocalDoccano, project: TestProject, monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    individual = TestProject(doccano, collaborative=False)
    monkeypatch.setenv("NERLOOP_PROJECTS__PAPERS__DOCCANO_PROJECT", str(individual.id))
    number = marked(individual)
    collect()
    individual.untick(int(number))
    assert "is still there, perhaps approved, in Doccano" in run(number, "--yes").output


def test_imported_gold_is_erased_by_its_file_without_asking_doccano(
    store: Store, tmp_path: Path
) -> None:
    text = f"University of {MARKER}"
    approve(store, utc_now(), exact_hash(text), Span(0, 10, "1"), text=text, source=IMPORT)
    store.close()
    file = tmp_path / "gold.jsonl"
    file.write_text(f'{{"text": "{text}", "label": []}}\n', encoding="utf-8")
    result = run("--gold", str(file), "--yes")
    assert result.exit_code == 0, result.output
    assert f'1 document:\n  import:{exact_hash(text)[:12]}: "{text}", approved' in result.output
    assert files_with(tmp_path / "data", MARKER) == []


def test_a_text_that_another_document_has_too_is_not_erased_without_it(
    store: Store, tmp_path: Path
) -> None:
    text = f"University of {MARKER}"
    name = exact_hash(text)
    approve(store, utc_now(), name, Span(0, 10, "1"), text=text, source=IMPORT)
    approve(store, utc_now(), "7", Span(0, 10, "1"), text=text)
    result = run(f"import:{name}", "--yes")
    assert result.exit_code == 1
    assert "7 has the same text as one of these documents: name it too" in result.output
    assert files_with(tmp_path / "data", MARKER) != []


def test_a_training_without_the_documents_is_requested(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = exact_hash(MARKER)
    approve(store, utc_now(), name, Span(0, 3, "1"), text=MARKER, source=IMPORT)
    monkeypatch.setenv("NERLOOP_REDIS_URL", "redis://127.0.0.1:1")
    result = run(f"import:{name}", "--yes", "--retrain")
    assert result.exit_code == 1
    assert "Redis" in result.output
    assert files_with(tmp_path / "data", MARKER) != []
    with running_valkey(tmp_path / "valkey") as url:
        monkeypatch.setenv("NERLOOP_REDIS_URL", url)
        result = run(f"import:{name}", "--yes", "--retrain")
        assert result.exit_code == 0, result.output
        assert "a training was requested" in result.output
        queues = connect(load_settings(), clock=utc_now)
        assert queues.state("retrain", "papers") is JobState.WAITING


def test_a_log_that_cannot_be_emptied_is_told_and_the_next_erasure_empties_it(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = exact_hash(MARKER)
    approve(store, utc_now(), name, Span(0, 3, "1"), text=MARKER, source=IMPORT)
    with monkeypatch.context() as patch:
        patch.setattr(compaction, "_empty_log", lambda _: False)
        result = run(f"import:{name}", "--yes")
    assert result.exit_code == 1
    assert "another process reads the store: erase the same again" in result.output
    store.close()
    assert run(f"import:{name}", "--yes").exit_code == 0
    assert files_with(tmp_path / "data", MARKER) == []


def imported(store: Store, count: int) -> list[str]:
    """The names of so many imported documents."""
    texts = [f"University of {MARKER} {number}" for number in range(count)]
    for text in texts:
        approve(store, utc_now(), exact_hash(text), Span(0, 3, "1"), text=text, source=IMPORT)
    return [f"import:{exact_hash(text)}" for text in texts]


def test_of_many_documents_the_first_are_described_and_all_are_named(store: Store) -> None:
    names = imported(store, 12)
    lines = run(*names, "--dry-run").output.splitlines()
    assert lines[0] == "12 documents:"
    assert [line.split(":")[1] for line in lines[1:11]] == [name[7:19] for name in names[:10]]
    assert lines[11] == f"  and 2 more: {names[10][:19]}, {names[11][:19]}"


def test_a_document_that_a_rebind_let_go_is_erased(store: Store, tmp_path: Path) -> None:
    approve(store, utc_now(), "4", text=MARKER)
    withdraw(store, utc_now(), "4")
    with store.begin() as session:
        ids = documents_to_release(session, "papers")
        release_documents(session, "papers", ids, now=utc_now())
    result = run("4", "--yes")
    assert result.exit_code == 1
    assert "has let documents go, whose numbers in Doccano are forgotten: released:1;" in (
        result.output
    )
    store.close()
    result = run("released:1", "--yes")
    assert result.exit_code == 0, result.output
    assert f'  released:1: "{MARKER}", withdrawn ' in result.output
    assert files_with(tmp_path / "data", MARKER) == []


def imported_and_trained(store: Store) -> tuple[dict[str, str], str]:
    """A document's name by side, and the id of the run that used all as v0001."""
    imported(store, 20)
    with store.read() as session:
        last = last_revision(session, "papers")
        documents = stored_documents(session, "papers", source=IMPORT).values()
    run_ = started_run(store, Clock(), last_revision_id=last)
    with store.begin() as session:
        finish_run(session, run_.id, "promoted", version="v0001", now=utc_now())
    return {d.side: f"import:{d.external_id}" for d in documents}, run_id_of(run_)


def test_only_versions_that_learned_from_a_document_have_weights_to_remove(
    store: Store, tmp_path: Path
) -> None:
    sides, run_id = imported_and_trained(store)
    registry = Registry(load_settings().models_dir, "papers")
    registry.add(make_model_folder(tmp_path / "model"), make_manifest(run_id=run_id))
    measured = run(sides["held_out"], "--yes").output
    assert "v0001: measured on" in measured
    assert "weights" not in measured
    trained = run(sides["train"], "--yes").output
    assert "the weights of v0001, which learned from them: `nerloop models prune papers" in trained
    assert "docs/" not in trained


def test_a_version_that_was_added_again_under_another_number_is_known(
    store: Store, tmp_path: Path
) -> None:
    sides, run_id = imported_and_trained(store)
    registry = Registry(load_settings().models_dir, "papers")
    model = make_model_folder(tmp_path / "model")
    registry.add(model, make_manifest(run_id="another"))
    registry.add(model, make_manifest(run_id=run_id))
    output = run(sides["train"], "--yes").output
    assert "the weights of v0002, which learned from them" in output
    assert "v0001" not in output


def test_nothing_named_is_a_wrong_call() -> None:
    result = run("--yes")
    assert result.exit_code == 2
    assert "name a DOCUMENT, or give --from or --gold" in result.output


def test_what_waits_in_redis_goes_and_without_redis_the_command_says_so(
    project: TestProject,
    store: Store,
    valkey: Redis,
    valkey_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    number = marked(project)
    collect()
    project.client.delete_example(project.id, int(number))
    key = f"{key_start('papers')}:v0001:1"
    valkey.rpush(key, MARKER)
    unreachable = run(number, "--yes").output
    assert "texts that wait in Redis to be predicted, for an hour at most" in unreachable
    monkeypatch.setenv("NERLOOP_REDIS_URL", valkey_url)
    assert "wait in Redis" not in run(number, "--yes").output
    assert not valkey.exists(key)
