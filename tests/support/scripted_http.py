"""An HTTP server that answers as a test says: for faults that a real Doccano never shows."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

DROP = 0  # as a status: close the connection without an answer


@dataclass(frozen=True)
class Answer:
    """What to answer: a status, or `DROP`, and JSON, or text as it is."""

    status: int = 200
    payload: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Scripted:
    """A running server: its address and what it was asked, ``(method, path, token)``."""

    url: str
    requests: list[tuple[str, str, str | None]] = field(default_factory=list)

    def count(self, method: str, path: str) -> int:
        """How often this was asked for."""
        return sum(asked[:2] == (method, path) for asked in self.requests)


@contextmanager
def scripted(answer: Callable[[str, str, str | None], Answer]) -> Iterator[Scripted]:
    """Serves `answer(method, path, Authorization header)`; logins succeed with numbered tokens."""
    state = Scripted("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.handle_one_of_ours()

        do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815  (the library's names)

        def handle_one_of_ours(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = self.path.partition("?")[0]
            token = self.headers.get("Authorization")
            state.requests.append((self.command, path, token))
            given = answer(self.command, path, token)
            if path == "/v1/auth/login/" and given == Answer():
                given = Answer(payload={"key": f"token{state.count('POST', path)}"})
            if given.status == DROP:
                self.close_connection = True
                return
            is_text = isinstance(given.payload, str)
            body = given.payload if is_text else json.dumps(given.payload)
            self.send_response(given.status)
            kind = "text/html" if is_text else "application/json"
            for name, value in ({"Content-Type": kind} | given.headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

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
