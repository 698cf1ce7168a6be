"""An HTTP server with scripted answers, for faults that a real Doccano never shows."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from tests.support.doccano.doccano_admin import AdminClient
from worker.doccano.retries import new_session

DROP = 0  # as a status: close the connection without an answer
PASSWORD = "correct-horse-battery"


@dataclass(frozen=True)
class Answer:
    """An answer: a status, or `DROP`, and a payload, sent as JSON unless it is a str."""

    status: int = 200
    payload: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Scripted:
    """A running server: its URL, and its requests so far as ``(method, path, token)``."""

    url: str
    requests: list[tuple[str, str, str | None]] = field(default_factory=list)

    def count(self, method: str, path: str) -> int:
        """Returns how many requests of this kind there were."""
        return sum(request[:2] == (method, path) for request in self.requests)


Answering = Callable[[str, str, str | None], Answer]


@contextmanager
def scripted_client(answer: Answering) -> Iterator[tuple[AdminClient, Scripted]]:
    """Yields a Doccano client of a scripted server; it retries without pauses."""
    with scripted(answer) as server:
        session = new_session(backoff_seconds=0)
        yield AdminClient(server.url, "ann", PASSWORD, timeout=2, session=session), server


@contextmanager
def scripted(answer: Answering) -> Iterator[Scripted]:
    """Serves `answer(method, path, Authorization header)`.

    A login that is answered with `Answer()` succeeds; its tokens are token1, token2, …
    """
    state = Scripted("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = self.path.partition("?")[0]
            token = self.headers.get("Authorization")
            state.requests.append((self.command, path, token))
            scripted_answer = answer(self.command, path, token)
            if path == "/v1/auth/login/" and scripted_answer == Answer():
                scripted_answer = Answer(payload={"key": f"token{state.count('POST', path)}"})
            if scripted_answer.status == DROP:
                self.close_connection = True
                return
            payload = scripted_answer.payload
            is_text = isinstance(payload, str)
            body = payload if is_text else json.dumps(payload)
            self.send_response(scripted_answer.status)
            content_type = "text/html" if is_text else "application/json"
            for name, value in ({"Content-Type": content_type} | scripted_answer.headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        do_HEAD = do_POST = do_PATCH = do_DELETE = do_OPTIONS = do_GET  # noqa: N815  (the library's names)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
