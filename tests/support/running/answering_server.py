"""The server's application in a thread, for Doccano to call."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from werkzeug.serving import make_server

from server.metrics import Metrics
from server.serving.champions import Champions
from server.web.app import create_app
from worker.settings import Settings
from worker.store.database import Store


@contextmanager
def answering_server(settings: Settings, store: Store, now: datetime) -> Iterator[int]:
    """Serves at a free port, without a model, and yields the port."""
    app = create_app(
        settings, store, Champions({}), Metrics(),
        clock=lambda: now, monotonic=time.monotonic,
    )  # fmt: skip
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
