"""An HTTP server that reads requests whole before a thread takes them, with waitress.

The threads of other servers read from the network, so that a few clients that send half a request,
or that do not read their answer, stop them. Here one loop reads and writes for all connections.
"""

import socket
import time
from collections.abc import Callable, Sequence
from typing import Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ThreadedTaskDispatcher

# How long the loop waits for something to happen. A stop is noticed after this time at most.
LOOP_SECONDS = 0.25
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


class BufferedServer:
    """Serves a WSGI application with `threads` threads, and `LIVE_PATH` with one of its own.

    The application takes bodies of up to `most_bytes`. Behind a relay on this machine, requests
    name their client in a header. One thread calls `step` again and again.
    """

    def __init__(
        self,
        application: Callable[..., Any],
        sockets: Sequence[socket.socket],
        *,
        threads: int,
        most_bytes: int,
        most_connections: int = MOST_CONNECTIONS,
        relayed: bool = False,
    ) -> None:
        self._connections: dict[int, Any] = {}
        proxy = {
            "trusted_proxy": "127.0.0.1",
            "trusted_proxy_headers": {"x-forwarded-for"},
        }
        self._server = create_server(
            application,
            map=self._connections,
            sockets=list(sockets),
            _dispatcher=_Threads(threads),
            channel_timeout=IDLE_SECONDS,
            cleanup_interval=IDLE_SECONDS // 3,
            connection_limit=most_connections,
            max_request_body_size=READ_FACTOR * most_bytes,
            asyncore_use_poll=True,
            clear_untrusted_proxy_headers=True,
            log_socket_errors=False,
            ident=None,
            **(proxy if relayed else {}),
        )
        self._watch = _RequestWatch(self._server.active_channels)

    def step(self) -> None:
        """Reads and writes what can be read and written; returns after `LOOP_SECONDS` at most."""
        wasyncore.loop(timeout=LOOP_SECONDS, use_poll=True, map=self._connections, count=1)
        self._watch.close_late(time.monotonic())

    def finish(self) -> bool:
        """Accepts no more connections; whether requests that have arrived whole are unanswered."""
        self._server.accepting = False
        return any(
            channel.requests or channel.total_outbufs_len
            for channel in self._server.active_channels.values()
        )


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
