"""`nerloop up`, `server`, `worker` and `cron`: the processes that run until they are stopped."""

import signal
import sys
from collections.abc import Sequence
from threading import Event, Thread
from types import FrameType

import click

from ner.clock import utc_now
from worker.logs import configure_logging
from worker.settings import Settings, load_settings

QUEUES = ("default", "training")


@click.command()
def up() -> None:
    """Run everything on this machine until Ctrl+C.

    Starts the server, a worker for checks, a worker for training and the cron, and, unless
    NERLOOP_REDIS_URL is set, its own queue server. A part that crashes is restarted.
    """
    from server.cli.processes.up import run_up

    run_up(_settings(), _stop_event(), sys.stdout)


@click.command()
def server() -> None:
    """Run the server alone: Doccano's auto-labeling endpoint and the API."""
    from server.web.gunicorn_app import serve

    serve(_settings())


def _queue_names(_context: click.Context, _parameter: click.Parameter, value: str) -> Sequence[str]:
    names = [name.strip() for name in value.split(",")]
    unknown = [name for name in names if name not in QUEUES]
    if unknown:
        raise click.BadParameter(
            f"unknown queue {', '.join(map(repr, unknown))}; the queues are {' and '.join(QUEUES)}"
        )
    return names


@click.command()
@click.option(
    "--queues",
    default=",".join(QUEUES),
    show_default=True,
    callback=_queue_names,
    help="Queues to take jobs from, in order of priority: `default` holds checks of projects, "
    "`training` holds trainings. With one worker for both, a training delays the checks.",
)
@click.option("--check", is_flag=True, help="Only report whether a worker is alive here.")
@click.pass_context
def worker(context: click.Context, queues: Sequence[str], check: bool) -> None:
    """Run a worker alone: it takes jobs from the queues, one at a time.

    Stopping it stops the job that it runs. The next check starts the job again, and a training
    continues from its last checkpoint.
    """
    from worker.queue.rq_worker import is_working, run_worker

    if check:
        _report(context, "worker", is_working(_settings()))
    else:
        run_worker(_settings(), queues)


@click.command()
@click.option("--check", is_flag=True, help="Only report whether a cron is alive here.")
@click.pass_context
def cron(context: click.Context, check: bool) -> None:
    """Run the cron alone: it starts the checks of every project.

    Each project is checked every NERLOOP_POLL_SECONDS, and NERLOOP_HINT_SECONDS after the last
    auto-label call, because a reviewer may have approved a document then.
    """
    from worker.queue.cron import Cron, is_beating
    from worker.queue.queues import connect
    from worker.store.database import open_store

    if check:
        _report(context, "cron", is_beating(_settings(), utc_now()))
        return
    settings, stop = _settings(), _stop_event()
    store = open_store(settings.resolved_store_url)
    try:
        Cron(store, connect(settings, clock=utc_now), settings, utc_now).run(stop)
    finally:
        store.close()


def _report(context: click.Context, name: str, alive: bool) -> None:
    """Prints whether the process is alive; exits with 1 if not, for health checks of containers."""
    click.echo(f"{'a' if alive else 'no'} {name} is alive on this machine")
    if not alive:
        context.exit(1)


def _settings() -> Settings:
    settings = load_settings()
    configure_logging(settings.log_level)
    return settings


def _stop_event() -> Event:
    """Returns an event that SIGINT and SIGTERM set."""
    stop = Event()

    def on_signal(_signum: int, _frame: FrameType | None) -> None:
        # In a thread: the interrupted code may be inside `stop.wait` and hold the event's lock.
        Thread(target=stop.set).start()

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    return stop
