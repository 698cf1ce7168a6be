"""gunicorn's worker process, with a `BufferedServer` instead of threads that read."""

import os
import time

from gunicorn.workers.base import Worker

from server.web.buffered_server import BufferedServer

SPARE_SECONDS = 2


class BufferingWorker(Worker):  # type: ignore[misc]  # gunicorn has no types
    """Serves the application with `threads` threads."""

    relayed = False

    def run(self) -> None:
        """Serves until SIGTERM, then answers the requests that have arrived whole."""
        server = BufferedServer(
            self.wsgi,
            [listener.sock for listener in self.sockets],
            threads=self.cfg.threads,
            most_bytes=self.wsgi.config["MAX_CONTENT_LENGTH"],
            relayed=self.relayed,
        )
        while self.alive and self.ppid == os.getppid():
            self._step(server)
        # Before gunicorn, which waits as long, kills the process.
        end = time.monotonic() + self.cfg.graceful_timeout - SPARE_SECONDS
        while server.finish() and time.monotonic() < end:
            self._step(server)

    def _step(self, server: BufferedServer) -> None:
        """Tells gunicorn that all is well, and serves for a moment."""
        self.notify()
        server.step()


class RelayedWorker(BufferingWorker):
    """The same behind the relay of `nerloop up`."""

    relayed = True
