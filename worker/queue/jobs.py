"""Entry points of the jobs, by the names that `worker.queue.queues` enqueues.

Each job runs in its own process, started by `worker.queue.rq_worker`. Imports are inside the
functions, so that neither a check nor the worker that it is forked from imports torch.
"""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from rq import get_current_job
from sqlalchemy.orm import Session, configure_mappers

from ner.clock import utc_now
from ner.engines.loading import OPENVINO_FOLDER
from ner.errors import NerloopError
from worker.settings import Settings, load_settings
from worker.store.database import Store, open_store, require_known_schema

if TYPE_CHECKING:
    from ner.versions.version import Version

# The largest number of an auto-label call: the statement is compiled, and no row is read.
_AFTER_ALL_CALLS = 2**31 - 1
# The store of the checks by its URL, in a worker and the processes that are forked from it.
_prepared: dict[str, Store] = {}


def tick(project: str) -> dict[str, Any]:
    """Checks a project; see `worker.queue.tick.run_tick`."""
    from worker.beforehand.feeding import Feeder
    from worker.collect.collect import collect
    from worker.doccano_account import open_client
    from worker.queue.queues import Queues
    from worker.queue.tick import TickDependencies, run_tick
    from worker.redis_connection import open_redis
    from worker.retrain.training_place import own_place

    with _opened() as (settings, store):
        client, redis = open_client(settings), open_redis(settings)
        feeder = Feeder(store=store, client=client, redis=redis, settings=settings)
        dependencies = TickDependencies(
            store=store,
            queues=Queues(redis, settings, utc_now),
            settings=settings,
            host=own_place(settings.data_dir),
            collect=lambda name: collect(store, client, name, settings, utc_now()).to_json(),
            feed=feeder.feed,
            clock=utc_now,
        )
        return run_tick(dependencies, project).to_json()


def retrain(project: str, force: bool = False) -> dict[str, Any]:
    """Trains a project's model; see `worker.retrain.retrain.retrain`."""
    from ner.fastest_tagger import load_fastest
    from ner.tagger import Tagger
    from ner.training.training import train
    from worker.queue.job_reports import JobReports
    from worker.retrain.dependencies import RetrainDependencies
    from worker.retrain.retrain import retrain as run
    from worker.retrain.training_place import own_place

    with _opened() as (settings, store):
        os.nice(settings.training_niceness)
        dependencies = RetrainDependencies(
            store=store,
            settings=settings,
            host=own_place(settings.data_dir),
            train=train,
            load=partial(load_fastest, openvino=settings.engine == "openvino"),
            load_reference=partial(Tagger.load, kind="reference"),
            export=_export if settings.engine == "openvino" else _not_exported,
            clock=utc_now,
            report=JobReports(get_current_job(), time.monotonic),
        )
        return run(dependencies, project, force=force).to_json()


def _export(version: "Version", **arguments: Any) -> "Version":
    # Imported here because it imports OpenVINO, which may be turned off since it cannot be loaded.
    from ner.training.exporting import export_version

    return export_version(version, **arguments)


def _not_exported(version: "Version", **_: object) -> "Version":
    """Removes what an earlier attempt of the run has not finished to export."""
    if not version.manifest.checks:
        shutil.rmtree(version.path / OPENVINO_FOLDER, ignore_errors=True)
    return version


def import_check() -> None:
    """Imports what a check needs, for the processes that are forked from this one."""
    import worker.beforehand.feeding
    import worker.collect.collect
    import worker.doccano_account
    import worker.queue.tick
    import worker.retrain.training_place  # noqa: F401

    configure_mappers()


def prepare_checks(settings: Settings) -> Store:
    """Prepares this process for checks that are forked from it, and returns their store.

    They inherit no connection, but the statements that SQLAlchemy has compiled, which would be a
    third of the cost of a check that finds nothing. Raises StoreError when the store cannot be
    opened.
    """
    import_check()
    store = open_store(settings.resolved_store_url, migrate=False)
    for project in [*settings.projects][:1]:
        # The check itself reports what cannot be read.
        with suppress(NerloopError, OSError), store.read() as s:
            _read_what_a_check_reads(s, settings, project)
        with suppress(NerloopError), store.begin() as s:
            _write_what_a_check_writes(s, project)
    store.close()
    _prepared[settings.resolved_store_url] = store
    return store


def _read_what_a_check_reads(s: Session, settings: Settings, project: str) -> None:
    from worker.collect.checks.served_documents import recently_served
    from worker.retrain.retrain_state import read_retrain_state
    from worker.store.bindings import get_binding
    from worker.store.corpus.documents import next_unapproved
    from worker.store.corpus.revisions import last_revision
    from worker.store.labels import known_labels
    from worker.store.projects import get_project
    from worker.store.pulls import get_pull, last_movement

    get_binding(s, project)
    get_project(s, project)
    last_revision(s, project)
    last_movement(s, get_pull(s, project))
    known_labels(s, project, {})
    recently_served(s, project, _AFTER_ALL_CALLS)
    next_unapproved(s, project, after=_AFTER_ALL_CALLS, limit=1)
    read_retrain_state(s, settings, project, host="", training_here=False, now=utc_now())


def _write_what_a_check_writes(s: Session, project: str) -> None:
    """Writes the time of a pull, and takes it back."""
    from worker.store.pulls import get_pull, save_pull

    save_pull(s, replace(get_pull(s, project), pulled_at=utc_now()))
    s.rollback()


@contextmanager
def _opened() -> Iterator[tuple[Settings, Store]]:
    settings = load_settings()
    url = settings.resolved_store_url
    # The worker has migrated the schema before taking jobs.
    store = _prepared.get(url) or open_store(url, migrate=False)
    try:
        require_known_schema(store)
        yield settings, store
    finally:
        store.close()
