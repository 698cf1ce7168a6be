"""Runs `worker.connecting.connect` from the command line and prints the result."""

from collections.abc import Iterable
from datetime import datetime

import click
import requests

from server.serving.probe import PROBE_TEXT
from worker.connecting.connect import connect
from worker.connecting.connection import Connection, Finding, FindingLevel, Probe
from worker.connecting.server_reach import ServerReach, reach_server
from worker.doccano_account import Patience, open_client
from worker.settings import Settings
from worker.store.database import Store

_MARKS = {
    FindingLevel.FINE: ("✓", "green"),
    FindingLevel.WARNING: ("!", "yellow"),
    FindingLevel.PROBLEM: ("✗", "red"),
}


def connect_project(
    settings: Settings, store: Store, project: str, now: datetime, *, new_token: bool = False
) -> Connection:
    """Connects the project with the Doccano account of the settings."""

    def ask(url: str, token: str) -> ServerReach:
        with requests.Session() as session:
            # The check must not use a proxy of this environment, which Doccano does not use.
            session.trust_env = False
            return reach_server(url, token, PROBE_TEXT, session=session)

    probe = Probe(PROBE_TEXT, ask)
    return connect(
        store,
        open_client(settings, Patience.COMMAND),
        project,
        settings,
        probe=probe,
        now=now,
        new_token=new_token,
    )


def connect_and_print(
    settings: Settings, store: Store, project: str, now: datetime, *, new_token: bool = False
) -> bool:
    """Connects the project and prints the report. Returns whether the loop can run."""
    connection = connect_project(settings, store, project, now, new_token=new_token)
    print_connection(connection)
    return connection.works


def print_findings(findings: Iterable[Finding]) -> bool:
    """Prints the findings. Returns whether none of them is a problem."""
    fine = True
    for finding in findings:
        click.echo(finding_line(finding))
        fine = fine and finding.level is not FindingLevel.PROBLEM
    return fine


def finding_line(finding: Finding) -> str:
    """The finding with its mark, for a terminal."""
    mark, colour = _MARKS[finding.level]
    return f"{click.style(mark, fg=colour)} {finding.text}"


def print_connection(connection: Connection) -> None:
    """Prints findings, changes, a newly issued service token, and the link for annotating."""
    print_findings(connection.findings)
    for change in connection.changes:
        click.echo(f"  {change}")
    if connection.works and not connection.changes:
        click.echo("  nothing to change")
    if connection.admin_token:
        click.echo(
            f"\nservice token, shown only once: {connection.admin_token}\n"
            "It gives access to the API of every project, /metrics and /docs; `nerloop tokens "
            "PROJECT --rotate service` issues another."
        )
    if connection.annotate_url:
        click.echo(f"\nAnnotate here, with auto-labeling switched on:\n{connection.annotate_url}")
