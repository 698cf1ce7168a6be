"""Entry points of the jobs, by the names that `worker.queue.queues` enqueues.

Each job runs in its own process, started by `worker.queue.rq_worker`. Imports are inside the
functions, so that neither a check nor the worker that it is forked from imports torch.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rq import get_current_job
from sqlalchemy.orm import configure_mappers

from ner.clock import utc_now
from worker.settings import Settings, load_settings
from worker.store.database import Store, open_store, require_known_schema


def tick(project: str) -> dict[str, Any]:
    """Checks a project; see `worker.queue.tick.run_tick`."""
    from worker.collect.collect import collect
    from worker.doccano_account import open_client
    from worker.queue.queues import connect
    from worker.queue.tick import TickDependencies, run_tick
    from worker.retrain.training_place import own_place

    with _opened() as (settings, store):
        client = open_client(settings)
        dependencies = TickDependencies(
            store=store,
            queues=connect(settings, clock=utc_now),
            settings=settings,
            host=own_place(settings.data_dir),
            collect=lambda name: collect(store, client, name, settings, utc_now()).to_json(),
            clock=utc_now,
        )
        return run_tick(dependencies, project).to_json()


def retrain(project: str, force: bool = False) -> dict[str, Any]:
    """Trains a project's model; see `worker.retrain.retrain.retrain`."""
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
            load=Tagger.load,
            clock=utc_now,
            report=JobReports(get_current_job(), time.monotonic),
        )
        return run(dependencies, project, force=force).to_json()


def import_check() -> None:
    """Imports what a check needs, for the processes that are forked from this one."""
    import worker.collect.collect
    import worker.doccano_account
    import worker.queue.tick
    import worker.retrain.training_place  # noqa: F401

    configure_mappers()


@contextmanager
def _opened() -> Iterator[tuple[Settings, Store]]:
    settings = load_settings()
    # The worker has migrated the schema before taking jobs.
    store = open_store(settings.resolved_store_url, migrate=False)
    try:
        require_known_schema(store)
        yield settings, store
    finally:
        store.close()
