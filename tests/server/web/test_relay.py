"""The relay passes requests on, and passes them on again when the server ends meanwhile."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import requests

from server.web.relay import ATTEMPTS, RelayThread

WAIT = 30
ANSWER = (
    b"HTTP/1.1 201 Created\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n"
    b"X-Nerloop-Model: v0001\r\nConnection: close\r\n\r\nhello"
)
UNAVAILABLE = {"message": "the server is not running; ask again later", "detail": {}}
LONG = b"x" * 50_000_000
Handle = Callable[[socket.socket, bytes], None]


class FakeServer:
    """Accepts one connection after the other, reads a request, and handles each in its turn."""

    def __init__(self, *handlers: Handle) -> None:
        self._handlers = handlers
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.requests: list[bytes] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        for handle in self._handlers:
            connection, _ = self.socket.accept()
            with connection:
                request = connection.recv(65_536)
                head, _, body = request.partition(b"\r\n\r\n")
                length = next(
                    (int(line.split(b":")[1]) for line in head.split(b"\r\n")
                     if line.lower().startswith(b"content-length")), 0
                )  # fmt: skip
                while len(body) < length:
                    body += connection.recv(65_536)
                self.requests.append(head + b"\r\n\r\n" + body)
                handle(connection, request)

    def close(self) -> None:
        self.socket.close()


def answer(connection: socket.socket, _request: bytes) -> None:
    connection.sendall(ANSWER)


def die(_connection: socket.socket, _request: bytes) -> None:
    """What a client sees of a process that is killed before it answers."""


def die_in_the_middle(connection: socket.socket, _request: bytes) -> None:
    connection.sendall(ANSWER[:-3])


@contextmanager
def relayed(server: FakeServer) -> Iterator[str]:
    """The address of a relay to this server."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        relay = RelayThread(listener, server.socket.getsockname(), most_bytes=1_000)
        relay.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        relay.stop()
        server.close()


def test_request_and_answer_pass_as_they_are() -> None:
    server = FakeServer(answer)
    with relayed(server) as url:
        headers = {"Authorization": "Bearer x", "X-Forwarded-For": "1.2.3.4"}
        response = requests.post(
            f"{url}/doccano/a%20b?c=%C3%A9", data=b"\xff body", headers=headers, timeout=WAIT
        )
    assert (response.status_code, response.text) == (201, "hello")
    assert response.headers["X-Nerloop-Model"] == "v0001"
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert body == b"\xff body"
    lines = head.split(b"\r\n")
    assert lines[0] == b"POST /doccano/a%20b?c=%C3%A9 HTTP/1.1"
    assert b"Authorization: Bearer x" in lines
    # The client's own address, and not what it says.
    assert [line for line in lines if line.startswith(b"X-Forwarded-For")] == [
        b"X-Forwarded-For: 127.0.0.1"
    ]


@pytest.mark.parametrize("end", [die, die_in_the_middle])
def test_a_request_is_passed_on_again_when_the_server_ends_before_it_has_answered(
    end: Handle,
) -> None:
    server = FakeServer(end, end, answer)
    with relayed(server) as url:
        response = requests.post(f"{url}/doccano/papers", data=b"text", timeout=WAIT)
    assert (response.status_code, response.text) == (201, "hello")
    assert len(server.requests) == 3
    assert len(set(server.requests)) == 1


@pytest.mark.parametrize(
    ("path", "body", "attempts"),
    [
        ("/doccano/papers", [], ATTEMPTS),
        ("/doccano", [], ATTEMPTS),
        # A large batch may be what ended the server.
        ("/api/v1/projects/papers/predict", UNAVAILABLE, 1),
    ],
)
def test_without_a_server_the_answer_is_503_and_for_doccano_an_empty_list(
    path: str, body: object, attempts: int
) -> None:
    server = FakeServer(*[die] * ATTEMPTS)
    with relayed(server) as url:
        response = requests.post(url + path, data=b"text", timeout=WAIT)
    assert (response.status_code, response.json()) == (503, body)
    assert response.headers["Retry-After"] == "5"
    assert len(server.requests) == attempts


def test_without_a_server_the_answer_to_head_has_no_body() -> None:
    server = FakeServer(die)
    with relayed(server) as url:
        port = int(url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=WAIT) as raw:
            raw.sendall(b"HEAD /health/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            received = b"".join(iter(lambda: raw.recv(4_096), b""))
    assert received.startswith(b"HTTP/1.1 503")
    assert received.endswith(b"\r\n\r\n")


def test_a_target_with_any_bytes_passes() -> None:
    server = FakeServer(answer)
    with relayed(server) as url:
        port = int(url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=WAIT) as raw:
            raw.sendall(b"GET //x?\xe9=%C3%A9&b=\x01 HTTP/1.1\r\nHost: x\r\n\r\n")
            assert raw.recv(12) == b"HTTP/1.1 201"
    assert server.requests[0].startswith(b"GET /x?%E9=%C3%A9&b=%01 HTTP/1.1\r\n")


def test_half_a_request_does_not_reach_the_server() -> None:
    server = FakeServer(answer)
    with relayed(server) as url:
        port = int(url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=WAIT) as half:
            half.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
            assert requests.get(url, timeout=WAIT).text == "hello"
    assert len(server.requests) == 1


def test_a_stop_answers_what_has_arrived() -> None:
    arrived, go_on = threading.Event(), threading.Event()

    def slowly(connection: socket.socket, _request: bytes) -> None:
        arrived.set()
        assert go_on.wait(WAIT)
        # More than fits into the buffers of a connection, so that the loop must send it.
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n" + LONG)

    server = FakeServer(slowly)
    responses: list[requests.Response] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        relay = RelayThread(listener, server.socket.getsockname(), most_bytes=1_000)
        relay.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        asking = threading.Thread(target=lambda: responses.append(requests.get(url, timeout=WAIT)))
        asking.start()
        assert arrived.wait(WAIT)
        stopping = threading.Thread(target=relay.stop)
        stopping.start()
        go_on.set()
        stopping.join(WAIT)
        asking.join(WAIT)
    assert [response.content == LONG for response in responses] == [True]
