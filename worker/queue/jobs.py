"""The jobs as the queues name them: entry points that put a job's parts together.

Each runs in a process of its own, started by `worker.queue.rq_worker`. Heavy imports are inside, so
that a check does not pay for torch.
"""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from rq import get_current_job

from worker.settings import Settings, load_settings
from worker.store.database import Store, open_store


def tick(slug: str) -> dict[str, Any]:
    """Checks a project: see `worker.queue.tick.run_tick`."""
    from worker.collect.collect import collect
    from worker.doccano_account import open_client
    from worker.queue.queues import connect
    from worker.queue.tick import Ticker, run_tick

    with _opened() as (settings, store):
        client = open_client(settings)
        ticker = Ticker(
            store=store,
            queues=connect(settings, clock=_now),
            settings=settings,
            host=socket.gethostname(),
            collect=lambda project: collect(store, client, project, settings, _now()).to_json(),
            clock=_now,
        )
        return run_tick(ticker, slug).to_json()


def retrain(slug: str, force: bool = False) -> dict[str, Any]:
    """Trains a project's model: see `worker.retrain.retrain.retrain`."""
    from ner.tagger import Tagger
    from ner.training.training import train
    from worker.queue.job_reports import JobReports
    from worker.retrain.dependencies import Trainer
    from worker.retrain.retrain import retrain as run

    with _opened() as (settings, store):
        os.nice(settings.training_niceness)
        trainer = Trainer(
            store=store,
            settings=settings,
            host=socket.gethostname(),
            train=train,
            load=Tagger.load,
            clock=_now,
            report=JobReports(get_current_job(), time.monotonic),
        )
        return run(trainer, slug, force=force).to_json()


@contextmanager
def _opened() -> Iterator[tuple[Settings, Store]]:
    settings = load_settings()
    # The worker brought the schema up to date before it took jobs.
    store = open_store(settings.resolved_store_url, migrate=False)
    try:
        yield settings, store
    finally:
        store.close()


def _now() -> datetime:
    return datetime.now(UTC)
