"""docker/nginx.conf with the real nginx: whole requests pass, half ones end at the proxy."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests.support.doccano.scripted_http import Answer, Scripted, scripted
from tests.support.running.nginx import CONFIGURATION, proxy
from worker.settings import Settings


@dataclass(frozen=True)
class Proxied:
    port: int
    server: Scripted

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)


@pytest.fixture
def proxied(tmp_path: Path) -> Iterator[Proxied]:
    with (
        scripted(lambda *_: Answer(200, [{"label": "ORG"}])) as server,
        proxy(tmp_path, server.url) as port,
    ):
        yield Proxied(port, server)


def read_to_end(connection: socket.socket) -> bytes:
    """Everything until the other side closes the connection."""
    parts = []
    while part := connection.recv(65_536):
        parts.append(part)
    return b"".join(parts)


def test_a_request_passes_with_its_token_and_body(proxied: Proxied) -> None:
    url = f"http://127.0.0.1:{proxied.port}/doccano/papers?x=1"
    answer = requests.post(url, json={"text": "a"}, headers={"Authorization": "Bearer t"})
    assert (answer.status_code, answer.json()) == (200, [{"label": "ORG"}])
    assert proxied.server.requests == [("POST", "/doccano/papers", "Bearer t")]
    assert "nginx/" not in answer.headers["Server"]


@pytest.mark.parametrize(
    "sent",
    [b"POST /doccano/papers HTTP/1.1\r\nHost: x\r\n", b"POST / HTTP/1.1\r\nHost: x\r\n"
     b"Content-Length: 1000\r\nContent-Type: application/json\r\n\r\n{"],
    ids=["half a head", "half a body"],
)  # fmt: skip
def test_half_a_request_is_ended_and_does_not_reach_the_server(
    proxied: Proxied, sent: bytes
) -> None:
    with proxied.connect() as connection:
        connection.sendall(sent)
        read_to_end(connection)
    assert proxied.server.requests == []


def test_a_body_that_the_server_would_not_read_is_refused(proxied: Proxied) -> None:
    body = b"x" * (4 * Settings.model_fields["max_body_bytes"].default + 500_000)
    answer = requests.post(f"http://127.0.0.1:{proxied.port}/", data=body)
    assert answer.status_code == 413
    assert proxied.server.requests == []


def test_neither_bodies_nor_headers_are_logged() -> None:
    content = CONFIGURATION.read_text(encoding="utf-8")
    assert "access_log off;" in content
    assert "error_log /dev/stderr warn;" in content
