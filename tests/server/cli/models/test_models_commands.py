import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ner.versions.registry import Registry
from ner.versions.version import seal
from server.cli import main
from tests.support.models.model_folders import make_manifest
from tests.support.store.revising import approve
from tests.support.store.stored import stored_documents
from tests.support.training.fake_training import NOON, Clock, started_run
from worker.settings import load_settings
from worker.store.corpus.revisions import last_revision
from worker.store.database import open_store
from worker.store.removal.erasing import erase_rows
from worker.store.training.runs import finish_run, run_id_of


def run(registry: Registry, *arguments: str) -> Result:
    folder = str(registry.folder.parent)
    return CliRunner().invoke(main, ["models", "--models-dir", folder, *arguments])


def fill(registry: Registry, model: Path, count: int, *, promote: int = 0) -> None:
    for number in range(1, count + 1):
        registry.add(model, make_manifest(run_id=f"run-{number}", documents=number))
    for number in range(1, promote + 1):
        current = registry.current()
        expected = current.version if current else None
        registry.promote(f"v{number:04d}", expected=expected, reason=f"reason {number}")


def test_the_list_shows_scores_and_who_is_champion(registry: Registry, model: Path) -> None:
    run(registry, "add", "papers", str(model), "--promote")
    fill(registry, model, 2)
    run(registry, "promote", "papers", "v0002")
    (registry.get("v0003").path / "manifest.json").write_text("{")
    lines = run(registry, "list", "papers").stdout.splitlines()
    rows = [line for line in lines if line.startswith("v0") and ": " not in line]

    assert ["predecessor" in row for row in rows] == [True, False, False]
    assert ["champion" in row for row in rows] == [False, True, False]
    assert ["corrupt" in row for row in rows] == [False, False, True]
    assert "0.812" in rows[0]
    assert "today: not measured: with --models-dir" in run(registry, "list", "papers").stdout


def test_names_that_look_like_markup_are_shown_as_they_are(tmp_path: Path, model: Path) -> None:
    registry = Registry(tmp_path / "[b]", "papers")
    registry.add(model, make_manifest(base_model="[/x]"))
    assert "[/x]" in run(registry, "list", "papers").stdout
    shown = run(registry, "show", "papers", "v0001")
    assert shown.exit_code == 0, shown.output
    assert f"Files complete, in {registry.get('v0001').path}" in shown.stdout


def test_an_empty_list_says_so(registry: Registry) -> None:
    registry.folder.mkdir(parents=True)
    assert run(registry, "list", "papers").stdout == "papers has no models yet\n"


def test_showing_without_a_version_shows_the_champion_and_the_history(
    registry: Registry, model: Path
) -> None:
    fill(registry, model, 3, promote=2)
    result = run(registry, "show", "papers")

    assert "v0002" in result.stdout.split("promoted")[0]
    assert "promoted v0001: reason 1" in result.stdout
    assert "promoted v0002: reason 2" in result.stdout


def test_showing_a_damaged_version_reports_the_damage(registry: Registry, model: Path) -> None:
    fill(registry, model, 1)
    (registry.get("v0001").path / "model.safetensors").write_bytes(b"")
    result = run(registry, "show", "papers", "v0001")

    assert result.exit_code == 1
    assert "model.safetensors was changed or cut short" in result.stderr


def test_showing_before_any_promotion_says_so(registry: Registry) -> None:
    registry.folder.mkdir(parents=True)
    shown = run(registry, "show", "papers").stdout
    assert "papers has no champion yet; `nerloop status papers` says what" in shown


def test_a_promotion_keeps_the_reason(registry: Registry, model: Path) -> None:
    fill(registry, model, 1)
    result = run(registry, "promote", "papers", "v0001", "--reason", "looked at it")

    assert result.stdout == "v0001 is the champion of papers\n"
    assert registry.history()[-1].reason == "looked at it"


def test_promoting_an_unknown_version_fails_and_names_the_known_ones(
    registry: Registry, model: Path
) -> None:
    fill(registry, model, 2)
    result = run(registry, "promote", "papers", "v0009")

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: project 'papers' has no version 'v0009'")
    assert "v0001, v0002" in result.stderr


def test_a_rollback_names_both_versions(registry: Registry, model: Path) -> None:
    fill(registry, model, 2, promote=2)
    result = run(registry, "rollback", "papers")

    assert result.stdout == "v0001 is the champion of papers again, not v0002\n"


def test_pruning_names_what_it_removed(registry: Registry, model: Path) -> None:
    fill(registry, model, 4, promote=1)
    result = run(registry, "prune", "papers", "--keep", "1")

    assert result.stdout == (
        "removed v0002, v0003; 2 models left; never removed: v0001 (champion), v0004 (newest)\n"
    )
    result = run(registry, "prune", "papers", "--keep", "0")
    assert result.stdout.startswith("removed nothing; 2 models left; never removed: v0001 (champ")


def test_pruning_before_any_model_removes_nothing(registry: Registry) -> None:
    registry.folder.mkdir(parents=True)
    assert run(registry, "prune", "papers").stdout == "removed nothing; 0 models left\n"


def test_pruning_keeps_five_by_default(registry: Registry, model: Path) -> None:
    fill(registry, model, 7)

    pruned = run(registry, "prune", "papers").stdout
    assert pruned.startswith("removed v0001, v0002; 5 models left; ")


def configure(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    config = folder / "nerloop.toml"
    config.write_text("[projects.papers]\ndoccano_project = 1\nkeep_versions = 2\n")
    monkeypatch.setenv("NERLOOP_CONFIG", str(config))
    monkeypatch.setenv("NERLOOP_DATA_DIR", str(folder))


def test_the_settings_say_where_the_models_are_and_how_many_stay(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, registry: Registry, model: Path
) -> None:
    configure(monkeypatch, tmp_path)
    fill(registry, model, 3)
    result = CliRunner().invoke(main, ["models", "prune", "papers"])

    assert result.stdout.startswith("removed v0001; 2 models left; ")


def test_a_project_that_is_not_configured_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    configure(monkeypatch, tmp_path)
    result = CliRunner().invoke(main, ["models", "list", "letters"])

    assert result.exit_code == 1
    assert "there is no project 'letters'; configured: papers" in result.stderr


@pytest.mark.parametrize("command", ["list", "show", "rollback", "prune"])
def test_a_misspelt_project_in_a_folder_is_refused_and_not_made(
    registry: Registry, model: Path, command: str
) -> None:
    fill(registry, model, 1)
    result = run(registry, command, "paper")

    assert result.exit_code == 1
    assert "no models of 'paper' in" in result.stderr
    assert "did you mean papers? (there are models of: papers)" in result.stderr
    assert [path.name for path in registry.folder.parent.iterdir()] == ["papers"]


def test_a_configured_project_has_the_scores_of_its_store(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, registry: Registry, model: Path
) -> None:
    configure(monkeypatch, tmp_path)
    fill(registry, model, 1, promote=1)
    listed = CliRunner().invoke(main, ["models", "list", "papers"])

    assert "no approved document of papers is on the held-out side yet" in listed.stdout


def test_a_store_that_cannot_be_opened_leaves_the_list(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, registry: Registry, model: Path
) -> None:
    configure(monkeypatch, tmp_path)
    (tmp_path / "nerloop.sqlite3").write_text("no database\n" * 90)
    fill(registry, model, 1, promote=1)
    listed = CliRunner().invoke(main, ["models", "list", "papers"])

    assert listed.exit_code == 0, listed.output
    assert "today: not measured: " in listed.stdout
    assert "NERLOOP_STORE_URL" in listed.stdout


def test_a_shown_model_is_compared_with_the_champion_of_its_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, registry: Registry, model: Path
) -> None:
    configure(monkeypatch, tmp_path)
    store = open_store(load_settings().resolved_store_url)
    run_ = started_run(store, Clock())
    scores = {
        side: {"strict": {"micro": {"f1": f1}}, "documents": 7}
        for side, f1 in (("challenger", 0.75), ("champion", 0.25))
    }
    with store.begin() as session:
        finish_run(
            session,
            run_.id,
            "promoted",
            scores=scores,
            version="v0001",
            compared_with="v0000",
            now=NOON,
        )
    store.close()
    registry.add(model, make_manifest(run_id=run_id_of(run_)))
    shown = CliRunner().invoke(main, ["models", "show", "papers", "v0001"])

    assert (
        "F1 0.750, against 0.250 of v0000, the champion then, on the same 7 held-out documents"
        in shown.stdout
    )


def learn_and_erase(registry: Registry, model: Path) -> None:
    """Makes v0001 by a run that learned from a document that is erased then, and v0002."""
    store = open_store(load_settings().resolved_store_url)
    for number in range(10):
        approve(store, NOON, str(number), text=f"text {number}")
    with store.read() as session:
        last = last_revision(session, "papers")
        sides = {
            document.side: document.id for document in stored_documents(session, "papers").values()
        }
    run_ = started_run(store, Clock(), last_revision_id=last)
    with store.begin() as session:
        finish_run(session, run_.id, "promoted", version="v0001", now=NOON)
        erase_rows(session, "papers", [sides["train"], sides["held_out"]], now=NOON)
    store.close()
    registry.add(model, make_manifest(run_id=run_id_of(run_)))
    registry.promote("v0001", expected=None, reason="first")
    registry.add(model, make_manifest(run_id="another"))
    registry.promote("v0002", expected="v0001", reason="second")


@pytest.mark.parametrize(
    "command",
    [
        ("rollback", "papers"),
        ("promote", "papers", "v0001"),
        ("add", "papers", "model", "--promote"),
    ],
)
def test_a_champion_that_learned_from_an_erased_document_is_warned_of(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    registry: Registry,
    model: Path,
    command: tuple[str, ...],
) -> None:
    configure(monkeypatch, tmp_path)
    monkeypatch.chdir(tmp_path)
    learn_and_erase(registry, model)
    manifest = registry.get("v0001").manifest
    seal(model, manifest)
    result = CliRunner().invoke(main, ["models", *command])
    assert result.exit_code == 0, result.output
    assert "v0001 is the champion of papers" in result.stdout
    assert result.stderr == (
        "warning: v0001 learned from 1 document erased since; `nerloop retrain papers` trains a "
        "model without what was erased\n"
    )
    assert CliRunner().invoke(main, ["models", "promote", "papers", "v0002"]).stderr == ""


def test_a_version_that_is_added_again_under_another_number_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, registry: Registry, model: Path
) -> None:
    configure(monkeypatch, tmp_path)
    learn_and_erase(registry, model)
    copy = shutil.copytree(registry.get("v0001").path, tmp_path / "copy")
    shutil.rmtree(registry.get("v0001").path)
    result = CliRunner().invoke(main, ["models", "add", "papers", str(copy), "--promote"])
    assert result.exit_code == 0, result.output
    assert "warning: v0003 learned from 1 document erased since" in result.stderr


def test_a_store_that_cannot_be_asked_about_erased_documents_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, registry: Registry, model: Path
) -> None:
    configure(monkeypatch, tmp_path)
    (tmp_path / "nerloop.sqlite3").write_text("no database\n" * 90)
    fill(registry, model, 1)
    result = CliRunner().invoke(main, ["models", "promote", "papers", "v0001"])
    assert result.exit_code == 0, result.output
    assert "whether v0001 learned from erased documents is unknown: " in result.stderr
