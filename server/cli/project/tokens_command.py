"""`nerloop tokens`: lists a project's tokens and issues new ones."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from ner.clock import utc_now
from server.cli.project.project_commands import opened

if TYPE_CHECKING:
    from worker.settings import Settings
    from worker.store.database import Store

TOKENS = ("predict", "project", "service")


class _TokenChoice(click.Choice[str]):
    """One of `TOKENS`; `admin` is the former name of `project`, which scripts may still use."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return super().convert("project" if value == "admin" else value, param, ctx)


@click.command()
@click.argument("project")
@click.option(
    "--rotate",
    type=_TokenChoice(TOKENS),
    help="Issue a new token of this kind. The previous one stops working within five seconds.",
)
def tokens(project: str, rotate: str | None) -> None:
    """List the tokens for PROJECT; with --rotate, issue a new one.

    The predict token may only predict, in this project. It is kept in Doccano's auto-labeling
    configuration alone, and a new one is written there at once. The project token gives access to
    the API of this project, the service token to the API of every project, /metrics and /docs.
    Both are shown once, when they are issued; the store keeps only their hash.
    """
    with opened(project) as (settings, store):
        if rotate is None:
            _list(store, project)
        elif rotate == "predict":
            _reconnect(settings, store, project)
        else:
            click.echo(f"{rotate} token, shown only once: {_issue(store, rotate, project)}")


def _list(store: "Store", project: str) -> None:
    from worker.store.tokens import SERVICE, token_issued_at, trial_token_issued_at

    with store.read() as session:
        rows = [
            (
                "predict",
                token_issued_at(session, "predict", project),
                f"Doccano's suggestions in {project}",
            ),
            ("project", token_issued_at(session, "admin", project), f"the API of {project}"),
            (
                "service",
                token_issued_at(session, "admin", SERVICE),
                "the API of every project, /metrics, /docs",
            ),
        ]
        if trial := trial_token_issued_at(session, project):
            rows.insert(1, ("predict", trial, f"on trial, see nerloop connect {project}"))
    for kind, issued, purpose in rows:
        click.echo(f"{kind:<8} {_when(issued):<29} {purpose}")
    click.echo(f"A new one: nerloop tokens {project} --rotate {'|'.join(TOKENS)}")


def _when(issued: datetime | None) -> str:
    return f"issued {issued:%Y-%m-%d %H:%M} UTC" if issued else "not issued"


def _issue(store: "Store", kind: str, project: str) -> str:
    from worker.store.tokens import SERVICE, issue_token

    with store.begin() as session:
        owner = SERVICE if kind == "service" else project
        return issue_token(session, "admin", owner, utc_now())


def _reconnect(settings: "Settings", store: "Store", project: str) -> None:
    """Connects the project with a new token, which replaces the old one once it works."""
    from server.cli.project.connection_report import connect_and_print

    if not connect_and_print(settings, store, project, utc_now(), new_token=True):
        raise click.ClickException(
            f"the old token is still in use; fix the problems above and run `nerloop tokens "
            f"{project} --rotate predict` again"
        )
