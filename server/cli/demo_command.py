"""`nerloop demo`: the whole loop on this machine, for a person or with a scripted reviewer."""

import signal
from pathlib import Path
from types import FrameType

import click

from worker.logs import configure_logging

FOLDER = Path(".nerloop/demo")
SCRIPTED_FOLDER = Path(".nerloop/demo-auto")


@click.command()
@click.option(
    "--reviewer",
    type=click.Choice(["auto"]),
    help="Let a script review all papers, and print a table of the model's versions at the end. "
    "Without it you review, and the loop runs until Ctrl+C.",
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the demo. Your own demo continues where it stopped; a scripted one starts "
    f"over.  [default: {FOLDER}, scripted {SCRIPTED_FOLDER}]",
)
@click.option("--fresh", is_flag=True, help="Start over and delete what is in the folder.")
@click.option(
    "--base-model", default="bundled", show_default=True, help="Hugging Face id, path or `bundled`."
)
@click.option(
    "--documents",
    type=click.IntRange(min=10),
    default=200,
    show_default=True,
    help="Number of sample papers.",
)
@click.option(
    "--rounds",
    type=click.IntRange(min=1),
    default=4,
    show_default=True,
    help="Rounds of the scripted reviewer; after each it waits for the new model.",
)
@click.pass_context
def demo(
    context: click.Context,
    reviewer: str | None,
    folder: Path | None,
    fresh: bool,
    base_model: str,
    documents: int,
    rounds: int,
) -> None:
    """Run the loop with its own Doccano and sample papers.

    Starts Doccano, a queue server, the server, workers and the cron, creates and connects a
    project, and prints where to log in. Everything stops with this command. With the scripted
    reviewer the exit status is 0 if the loop made at least three versions and the last is better
    than the first.
    """
    from rich.console import Console

    from server.cli.project.connection_report import connect_project
    from server.demo.run import DemoOptions, run_demo
    from server.demo.screen import Screen
    from server.demo.scripted import check_rounds

    configure_logging("WARNING")
    scripted = reviewer is not None
    if scripted:
        check_rounds(documents, rounds)
    options = DemoOptions(
        folder=folder or (SCRIPTED_FOLDER if scripted else FOLDER),
        scripted=scripted,
        fresh=fresh,
        base_model=base_model,
        documents=documents,
        rounds=rounds,
    )
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with Screen(Console()) as screen:
            worked = run_demo(options, screen, connect_project)
    except KeyboardInterrupt:
        click.echo("Stopped.")
        worked = not scripted
    context.exit(0 if worked else 1)


def _interrupt(_signum: int, _frame: FrameType | None) -> None:
    """SIGTERM ends the demo as Ctrl+C does, with its children."""
    raise KeyboardInterrupt
