"""What `nerloop connect` prints."""

import pytest
from click.testing import CliRunner

from server.cli import main
from server.cli.project.connection_report import print_connection
from tests.support.doccano.doccano_projects import TestProject
from worker.connecting.connection import Connection, Finding, FindingLevel

FINE = Finding(FindingLevel.FINE, "labels: ORG")


def connection(
    findings: tuple[Finding, ...], *, changes: tuple[str, ...] = (), annotate_url: str | None = None
) -> Connection:
    return Connection(
        findings=findings, changes=changes, annotate_url=annotate_url, admin_token=None
    )


def test_connect_before_the_server_runs_says_so_and_changes_nothing(project: TestProject) -> None:
    result = CliRunner().invoke(main, ["connect", "papers"])
    assert result.exit_code == 1
    assert "✗ nothing answers at http://127.0.0.1:9/doccano/papers" in result.output
    assert "! nothing was changed: the project is not connected yet" in result.output
    assert "shown only once" not in result.output


def test_connect_marks_what_is_fine_and_shows_the_token_once(
    project: TestProject, server: None
) -> None:
    result = CliRunner().invoke(main, ["connect", "papers"])
    assert result.exit_code == 0
    assert "✓ labels: AFFILIATION" in result.output
    assert f"{project.client.url}/projects/{project.id}/sequence-labeling" in result.output
    assert "shown only once: nla_" in result.output
    again = CliRunner().invoke(main, ["connect", "papers"])
    assert "shown only once" not in again.output


def test_a_connection_that_is_right_already_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    print_connection(connection((FINE,), annotate_url="http://doccano/projects/1"))
    printed = capsys.readouterr().out
    assert printed.splitlines()[:2] == ["✓ labels: ORG", "  nothing to change"]
    assert printed.endswith("\nhttp://doccano/projects/1\n")


def test_warnings_changes_and_problems_are_marked(capsys: pytest.CaptureFixture[str]) -> None:
    warning = Finding(FindingLevel.WARNING, "individual")
    problem = Finding(FindingLevel.PROBLEM, "no rights")
    print_connection(connection((warning, problem), changes=("configuration created",)))
    assert capsys.readouterr().out.splitlines() == [
        "! individual",
        "✗ no rights",
        "  configuration created",
    ]
    print_connection(connection((problem,)))
    assert capsys.readouterr().out.splitlines() == ["✗ no rights"]
