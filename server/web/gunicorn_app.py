"""Runs the server: gunicorn with one process and threads.

One process, because a model is large and its copies would share no cache; the engine uses every
core from one thread. The application, its connections and its threads are created in that process,
after the fork.
"""

import gc
import logging
import socket
import time
from contextlib import closing
from functools import partial
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from ner.versions.identity import code_digest
from ner.versions.registry import Registry
from server.metrics import Metrics
from server.serving.ahead import AheadPredictor
from server.serving.champions import Champions, ChampionSlot
from server.serving.shared import shared_predictions
from server.serving.watcher import ChampionWatcher
from server.web.app import create_app
from server.web.buffering_worker import BufferingWorker, RelayedWorker
from server.web.port import check_port
from worker.redis_connection import OptionalRedis
from worker.settings import Settings
from worker.store.database import open_store
from worker.store.models_folder import other_models_folder

logger = logging.getLogger(__name__)

GRACEFUL_SECONDS = 30


def serve(settings: Settings, *, supervised: bool = False, listener: int | None = None) -> None:
    """Serves until SIGTERM, then answers the accepted requests and exits; SIGINT ends it at once.

    Unless `supervised`, gunicorn logs that it starts and stops. `listener` is the file descriptor
    of a listening socket that outlives this process, and that only the relay of `nerloop up` uses.
    Raises SettingsError when the server cannot listen at its address, StoreError when the store
    cannot be opened.
    """
    if listener is None:
        check_port(settings.server_host, settings.server_port)
    with closing(open_store(settings.resolved_store_url)) as store, store.read() as s:
        if other := other_models_folder(s, settings.models_dir, socket.gethostname()):
            logger.warning("%s", other)
    level = "WARNING" if supervised and settings.log_level == "INFO" else settings.log_level
    address = f"{settings.server_host}:{settings.server_port}"
    _Gunicorn(settings, level, address if listener is None else f"fd://{listener}").run()


class _Gunicorn(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, settings: Settings, log_level: str, bind: str) -> None:
        self._settings = settings
        self._log_level = log_level
        self._bind = bind
        self._running: _Running | None = None
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": self._bind,
            "proc_name": "nerloop-server",
            "worker_class": RelayedWorker if self._bind.startswith("fd:") else BufferingWorker,
            "workers": 1,
            "threads": self._settings.server_threads,
            "graceful_timeout": GRACEFUL_SECONDS,
            # Loading a model may hold the interpreter for a while.
            "timeout": 120,
            "control_socket_disable": True,
            "loglevel": self._log_level.lower(),
            "worker_exit": lambda _server, _worker: self._close(),
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Creates the application; gunicorn calls this in the process that serves."""
        self._running = _Running(self._settings)
        return self._running.app

    def _close(self) -> None:
        if self._running is not None:
            self._running.close()


class _Running:
    """The application with its store, champions and watcher."""

    def __init__(self, settings: Settings) -> None:
        # What waits for the store would otherwise hold one of the few threads for long. The answer
        # to Doccano has tighter limits of its own.
        self._store = open_store(
            settings.resolved_store_url,
            migrate=False,
            busy_seconds=settings.answer_seconds / 2,
            statement_seconds=settings.answer_seconds,
        )
        metrics = Metrics()
        # Imported here because the process that supervises this one needs no tokenizer.
        from ner.fastest_tagger import load_fastest

        load = partial(load_fastest, openvino=settings.engine == "openvino", checked=True)
        self._redis = OptionalRedis(settings, time.monotonic)
        # Now, because an update may replace the files of the running code.
        code = code_digest()
        self._champions = Champions(
            {
                project: ChampionSlot(
                    Registry(settings.models_dir, project),
                    metrics,
                    load=load,
                    monotonic=time.monotonic,
                    share=partial(shared_predictions, self._redis, project, settings.engine, code),
                )
                for project in settings.projects
            }
        )
        self._watcher = ChampionWatcher(self._champions, seconds=settings.watch_seconds)
        self._ahead = AheadPredictor(self._champions.slots, self._redis, metrics)
        self.app = create_app(settings, self._store, self._champions, metrics)
        # What is imported stays; only an engine is imported later. A collection of cycles would
        # look at all of it, for 50 ms in which nothing else runs.
        gc.collect()
        gc.freeze()
        self._watcher.start()
        self._ahead.start()

    def close(self) -> None:
        self._ahead.stop()
        self._watcher.stop()
        self._champions.close()
        self._redis.close()
        self._store.close()
