"""The relay of `nerloop up`, which keeps Doccano's calls from failing when the server is killed.

It belongs to the process that outlives the server. It reads each request whole and passes it on; a
call of Doccano is passed on again when the server ends before it has answered. The server's own
socket belongs to that process too, so that a call waits for the next server.
"""

import http.client
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from server.web.buffered_server import LOOP_SECONDS, BufferedServer
from server.web.doccano import PREFIX

logger = logging.getLogger(__name__)

# Calls wait in these threads while a server starts, and each needs little.
THREADS = 32
# This process also starts others, which needs open files.
MOST_CONNECTIONS = 400
# Longer than the server takes for the largest batch.
ANSWER_SECONDS = 330.0
# Two servers in a row may be killed. A server that does not start closes what waits for it.
ATTEMPTS = 3
PAUSE_SECONDS = 0.2
RETRY_AFTER = "5"
# RFC 9110, 7.6.1, and what waitress has dealt with.
_OF_THE_CONNECTION = frozenset(
    ("connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect")
)
_UNRESERVED = "/:@!$&'()*+,;=-._~"

Start = Callable[[str, list[tuple[str, str]]], Any]


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def is_of_doccano(self) -> bool:
        """Whether a person in Doccano waits for the answer."""
        return self.path == PREFIX or self.path.startswith(f"{PREFIX}/")


class Relay:
    """A WSGI application that asks the server at this address."""

    def __init__(
        self, host: str, port: int, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._host = host
        self._port = port
        self._sleep = sleep

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """The server's answer; without one 503, for Doccano with an empty list.

        A call of Doccano is passed on `ATTEMPTS` times. Others are passed on once, because a large
        batch may be what ended the server.
        """
        request = _read(environ)
        for attempt in range(ATTEMPTS if request.is_of_doccano else 1):
            if attempt:
                self._sleep(PAUSE_SECONDS)
            try:
                status, headers, body = self._ask(request)
            except TimeoutError:
                break
            except (OSError, http.client.HTTPException) as error:
                kind = type(error).__name__
                logger.info("the server ended before it had answered (%s)", kind)
                continue
            start(status, headers)
            return [body]
        return _unavailable(request, start)

    def _ask(self, request: _Request) -> tuple[str, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=ANSWER_SECONDS)
        try:
            connection.putrequest(
                request.method, request.target, skip_host=True, skip_accept_encoding=True
            )
            for name, value in request.headers:
                connection.putheader(name, value)
            connection.endheaders(request.body)
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        kept = [pair for pair in response.getheaders() if pair[0].lower() not in _OF_THE_CONNECTION]
        return f"{response.status} {response.reason}", kept, body


class RelayThread:
    """The relay in a thread, from `listener` to the server at `address`."""

    def __init__(
        self, listener: socket.socket, address: tuple[str, int], *, most_bytes: int
    ) -> None:
        self._server = BufferedServer(
            Relay(*address),
            [listener],
            threads=THREADS,
            most_bytes=most_bytes,
            most_connections=MOST_CONNECTIONS,
        )
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    def start(self) -> None:
        """Begins to accept connections."""
        self._thread.start()

    def stop(self, *, seconds: float = 10) -> None:
        """Accepts no more, and returns when what was accepted is answered, or after this time."""
        self._stopped.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        while not self._stopped.is_set() or self._server.finish():
            try:
                self._server.step()
            except Exception as error:  # without this thread nobody would be answered
                logger.error("the relay goes on after an error: %s", type(error).__name__)
                self._stopped.wait(LOOP_SECONDS)


def _read(environ: dict[str, Any]) -> _Request:
    body = environ["wsgi.input"].read()
    target = quote(environ["PATH_INFO"].encode("latin-1"), safe=_UNRESERVED)
    if environ.get("QUERY_STRING"):
        target += "?" + quote(environ["QUERY_STRING"].encode("latin-1"), safe=f"{_UNRESERVED}%?")
    return _Request(environ["REQUEST_METHOD"], target, tuple(_headers(environ, body)), body)


def _headers(environ: dict[str, Any], body: bytes) -> Iterator[tuple[str, str]]:
    yield "Connection", "close"
    # An IPv4 address in IPv6's form would be read as a host with a port.
    yield "X-Forwarded-For", environ.get("REMOTE_ADDR", "").removeprefix("::ffff:")
    if environ.get("CONTENT_TYPE"):
        yield "Content-Type", environ["CONTENT_TYPE"]
    if body or environ.get("CONTENT_LENGTH"):
        yield "Content-Length", str(len(body))
    for key, value in environ.items():
        name = key.removeprefix("HTTP_").replace("_", "-").title()
        # Without those of a proxy, which waitress takes out: nobody names another's address.
        if key.startswith("HTTP_") and name.lower() not in _OF_THE_CONNECTION:
            yield name, value


def _unavailable(request: _Request, start: Start) -> list[bytes]:
    """The answer without a server: an empty list for Doccano, which loses labels over others."""
    status = HTTPStatus.SERVICE_UNAVAILABLE
    logger.warning("path=%s answered by no server", request.path)
    content: object = {"message": "the server is not running; ask again later", "detail": {}}
    body = json.dumps([] if request.is_of_doccano else content).encode()
    headers = [("Content-Type", "application/json"), ("Retry-After", RETRY_AFTER)]
    start(f"{status.value} {status.phrase}", [*headers, ("Content-Length", str(len(body)))])
    return [] if request.method == "HEAD" else [body]
