"""gunicorn's worker process, with waitress to read requests and to send answers.

The threads of gunicorn's own workers read from the network, so that a few clients that send half a
request, or that do not read their answer, stop the server. Here one loop reads and writes for all
connections, and a thread gets a request once it is complete.
"""

import os
import time
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ThreadedTaskDispatcher

# How long the loop waits for something to happen. A stop is noticed after this time at most.
LOOP_SECONDS = 0.25
SPARE_SECONDS = 2
# A connection without a byte in either direction is closed after this time.
IDLE_SECONDS = 15
# Head and body of a request must have arrived after this time.
REQUEST_SECONDS = 30
# Below the usual limit of 1,024 open files of a process.
MOST_CONNECTIONS = 800
# A body larger than the application takes is read up to this multiple, so that its sender gets the
# application's answer; a connection that is closed while it sends would not.
READ_FACTOR = 4
LIVE_PATH = "/health/live"


class BufferingWorker(Worker):  # type: ignore[misc]  # gunicorn has no types
    """Serves the application with `threads` threads, and `LIVE_PATH` with one of its own."""

    def run(self) -> None:
        """Serves until SIGTERM, then answers the requests that have arrived whole."""
        connections: dict[int, Any] = {}
        server = create_server(
            self.wsgi,
            map=connections,
            sockets=[listener.sock for listener in self.sockets],
            _dispatcher=_Threads(self.cfg.threads),
            channel_timeout=IDLE_SECONDS,
            cleanup_interval=IDLE_SECONDS // 3,
            connection_limit=MOST_CONNECTIONS,
            max_request_body_size=READ_FACTOR * self.wsgi.config["MAX_CONTENT_LENGTH"],
            asyncore_use_poll=True,
            clear_untrusted_proxy_headers=True,
            log_socket_errors=False,
            ident=None,
        )
        watch = _RequestWatch(server.active_channels)
        while self.alive and self.ppid == os.getppid():
            self._loop(connections)
            watch.close_late(time.monotonic())
        server.accepting = False
        # Before gunicorn, which waits as long, kills the process.
        end = time.monotonic() + self.cfg.graceful_timeout - SPARE_SECONDS
        while _is_busy(server.active_channels) and time.monotonic() < end:
            self._loop(connections)

    def _loop(self, connections: dict[int, Any]) -> None:
        """Reads and writes what can be read and written, and tells gunicorn that all is well."""
        self.notify()
        wasyncore.loop(timeout=LOOP_SECONDS, use_poll=True, map=connections, count=1)


class _Threads(ThreadedTaskDispatcher):  # type: ignore[misc]  # waitress has no types
    """The threads that answer requests; those for `LIVE_PATH` do not wait behind others."""

    def __init__(self, threads: int) -> None:
        super().__init__()
        self._health = ThreadedTaskDispatcher()
        self._health.set_thread_count(1)
        self.set_thread_count(threads)
        # It warns of each request that waits for a thread.
        self.queue_logger.disabled = True

    def add_task(self, task: HTTPChannel) -> None:
        """Queues the first request of a connection."""
        path = getattr(task.requests[0], "path", "")
        if path == LIVE_PATH:
            self._health.add_task(task)
        else:
            super().add_task(task)


class _RequestWatch:
    """Closes connections whose request takes too long to arrive."""

    def __init__(self, channels: dict[int, HTTPChannel]) -> None:
        self._channels = channels
        self._begun: dict[Any, float] = {}

    def close_late(self, now: float) -> None:
        """Closes those that were already incomplete `REQUEST_SECONDS` before `now`, in seconds."""
        # A channel that is being answered may have received the start of its next request.
        waiting = [c for c in self._channels.values() if not c.requests]
        incomplete = {c.request: c for c in waiting if c.request is not None}
        self._begun = {request: self._begun.get(request, now) for request in incomplete}
        for request, channel in incomplete.items():
            if now - self._begun[request] > REQUEST_SECONDS:
                channel.will_close = True


def _is_busy(channels: dict[int, HTTPChannel]) -> bool:
    """Whether a request is being answered, or an answer is not sent yet."""
    return any(c.requests or c.total_outbufs_len for c in channels.values())
