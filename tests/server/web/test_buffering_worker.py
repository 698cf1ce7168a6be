"""The running server under clients that hold their connections."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
import requests

from server.demo.free_port import free_port
from server.web.buffered_server import REQUEST_SECONDS, _RequestWatch
from tests.support.running.processes import nerloop, wait_until

THREADS = 4
HALF_SENT = (
    b"",
    b"POST /doccano/papers HTTP/1.1\r\nHost: x\r\n",
    b"POST /doccano/papers HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{",
)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server with `THREADS` threads."""
    folder, port = tmp_path_factory.mktemp("server"), free_port()
    settings = {
        "data_dir": str(folder / "data"),
        "server_port": str(port),
        "server_threads": str(THREADS),
        "projects__papers__doccano_project": "1",
    }
    with nerloop("server", settings=settings, folder=folder):
        wait_until("the server", lambda: _is_live(port))
        yield port


def _is_live(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/health/live", timeout=20).ok
    except requests.ConnectionError:
        return False


@contextmanager
def connections(port: int, sent: bytes, number: int) -> Iterator[list[socket.socket]]:
    """Opens connections on each of which these bytes are sent, and no more."""
    with ExitStack() as stack:
        opened = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
            for _ in range(number)
        ]
        for connection in opened:
            connection.sendall(sent)
        yield opened


@pytest.mark.parametrize("sent", HALF_SENT)
def test_half_sent_requests_hold_up_nobody(port: int, sent: bytes) -> None:
    with connections(port, sent, 50):
        response = requests.post(
            f"http://127.0.0.1:{port}/doccano/papers", json={"text": "Oslo"}, timeout=20
        )
        assert (response.status_code, response.json()) == (401, [])
        assert _is_live(port)


def test_a_body_over_the_limit_gets_the_answer_of_the_application(port: int) -> None:
    response = requests.post(
        f"http://127.0.0.1:{port}/doccano/papers", data=b" " * 3_000_000, timeout=60
    )
    assert response.json() == []


def test_a_request_that_takes_too_long_is_closed() -> None:
    class Channel:
        will_close = False
        request: object = object()
        requests: tuple[object, ...] = ()

    late, between, answered = Channel(), Channel(), Channel()
    between.request = None
    answered.requests = (object(),)
    answered.request = object()
    watch = _RequestWatch({1: late, 2: between, 3: answered})
    for now in (0.0, float(REQUEST_SECONDS)):
        watch.close_late(now)
        assert not late.will_close
    watch.close_late(REQUEST_SECONDS + 0.1)
    assert [c.will_close for c in (late, between, answered)] == [True, False, False]
