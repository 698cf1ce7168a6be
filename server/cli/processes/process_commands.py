"""`nerloop up`, `server`, `worker` and `cron`: the processes that run until they are stopped."""

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from types import FrameType

import click

from ner.clock import utc_now
from ner.errors import SettingsError
from ner.files import private_umask
from server.cli.processes.supervisor import WRONG_SETTINGS_STATUS
from worker.logs import configure_logging
from worker.settings import Settings, load_settings

QUEUES = ("default", "training")


supervised_option = click.option("--supervised", is_flag=True, hidden=True)


@click.command()
def up() -> None:
    """Run everything on this machine until Ctrl+C.

    Looks first at the settings, the port, Doccano, the base models, disk and memory, and ends with
    the exit status 1 if something is wrong. Then starts the server, a worker for checks, a worker
    for training and the cron, and, unless NERLOOP_REDIS_URL is set, its own queue server. A part
    that crashes is restarted.
    """
    from server.cli.processes.up import run_up

    run_up(_settings(), _stop_event(), sys.stdout)


@click.command()
@click.option("--listener", type=int, hidden=True)
@supervised_option
def server(supervised: bool, listener: int | None) -> None:
    """Run the server alone: Doccano's auto-labeling endpoint and the API.

    The exit status is 78 if its settings are wrong.
    """
    from server.web.gunicorn_app import serve

    with _process_settings(supervised) as settings:
        serve(settings, supervised=supervised, listener=listener)


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
@supervised_option
@click.pass_context
def worker(context: click.Context, queues: Sequence[str], check: bool, supervised: bool) -> None:
    """Run a worker alone: it takes jobs from the queues, one at a time.

    Stopping it stops the job that it runs. The next check starts the job again, and a training
    continues from its last checkpoint. The exit status is 78 if its settings are wrong.
    """
    from worker.doccano_account import open_client
    from worker.queue.rq_worker import is_working, run_worker

    if check:
        _report(context, "worker", is_working(_settings(), utc_now()))
        return
    with _process_settings(supervised) as settings:
        if "default" in queues:
            open_client(settings)  # without a password every check would fail
        run_worker(settings, queues)


@click.command()
@click.option("--check", is_flag=True, help="Only report whether a cron is alive here.")
@supervised_option
@click.pass_context
def cron(context: click.Context, check: bool, supervised: bool) -> None:
    """Run the cron alone: it starts the checks of every project.

    Each project is checked every NERLOOP_POLL_SECONDS, and NERLOOP_HINT_SECONDS after the last
    auto-label call, because a reviewer may have approved a document then. The exit status is 78 if
    its settings are wrong.
    """
    from worker.queue.cron import Cron, is_beating
    from worker.queue.queues import connect
    from worker.store.database import open_store

    if check:
        _report(context, "cron", is_beating(_settings(), utc_now()))
        return
    stop = _stop_event()
    with _process_settings(supervised) as settings:
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


def _settings(*, supervised: bool = False) -> Settings:
    settings = load_settings()
    configure_logging(settings.log_level, supervised=supervised)
    return settings


class _WrongSettings(click.ClickException):
    exit_code = WRONG_SETTINGS_STATUS


@contextmanager
def _process_settings(supervised: bool) -> Iterator[Settings]:
    """Yields the settings of a process that serves projects.

    A SettingsError ends it with a status of its own: a supervisor must not start it again.
    """
    try:
        settings = _settings(supervised=supervised)
        settings.require_projects()
        with private_umask():
            yield settings
    except SettingsError as error:
        raise _WrongSettings(str(error)) from None


def _stop_event() -> Event:
    """Returns an event that SIGINT and SIGTERM set."""
    stop = Event()

    def on_signal(_signum: int, _frame: FrameType | None) -> None:
        # In a thread: the interrupted code may be inside `stop.wait` and hold the event's lock.
        Thread(target=stop.set).start()

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    return stop
