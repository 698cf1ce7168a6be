"""`nerloop status` with its options."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli import main
from worker.store.database import Store
from worker.store.training.runs import finish_run, start_run

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["status", *arguments])


def test_every_project_is_shown_or_the_one_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NERLOOP_PROJECTS__LETTERS__DOCCANO_PROJECT", "2")
    both = run().output.splitlines()
    assert [line for line in both if not line.startswith(" ")] == ["letters", "papers"]
    one = run("papers").output.splitlines()
    assert [line for line in one if not line.startswith(" ")] == ["papers"]


def test_the_queue_line_says_that_nerloop_is_not_running(store: Store) -> None:
    (line,) = [line for line in run().output.splitlines() if line.startswith("  queue")]
    assert "nerloop is not running: start `nerloop up`" in line
    assert "redis-url" not in line


def test_the_last_runs_are_listed_with_their_reasons(store: Store) -> None:
    with store.begin() as session:
        started = start_run(
            session,
            "papers",
            fingerprint="f",
            parameters={"warm_from": "v0001"},
            last_revision_id=0,
            documents=40,
            approved=40,
            host="here",
            machine_free=True,
            start_reasons=["3 are new"],
            now=NOW,
        )
        assert started is not None
        finish_run(session, started.id, "refused", reasons=["F1 falls [/x]"], version="v2", now=NOW)
    result = run("papers")
    assert result.exit_code == 0, result.output
    assert f"  run {started.id}       3 are new; F1 falls [/x]" in result.output.splitlines()


def test_json_has_every_project(store: Store) -> None:
    result = run("--json")
    assert result.exit_code == 0, result.output
    assert [project["project"] for project in json.loads(result.stdout)["projects"]] == ["papers"]


@pytest.mark.parametrize("options", [(), ("--json",), ("--watch",)])
def test_without_a_project_the_remedy_is_named_and_nothing_is_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, options: tuple[str, ...]
) -> None:
    monkeypatch.delenv("NERLOOP_PROJECTS__PAPERS__DOCCANO_PROJECT")
    result = run(*options)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: no project is configured")
    assert not (tmp_path / "data").exists()


def test_watch_outside_a_terminal_prints_the_status_once(store: Store) -> None:
    assert run("--watch", "papers").output == run("papers").output


def test_json_and_watch_exclude_each_other() -> None:
    result = run("--json", "--watch")
    assert result.exit_code == 2
    assert "either --json or --watch" in result.output
