"""Addresses at which the server cannot listen."""

import socket

import pytest

from ner.errors import SettingsError
from server.demo.free_port import free_port
from server.web.port import check_port, open_listener, refuse_waiting


def test_a_free_port_is_fine_and_stays_free() -> None:
    port = free_port()
    check_port("127.0.0.1", port)
    check_port("0.0.0.0", port)


def test_a_port_in_use_is_named_with_the_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SettingsError, match=f"port {port} of 127.0.0.1 .*NERLOOP_SERVER_PORT"):
            check_port("127.0.0.1", port)


def test_a_connection_that_is_being_closed_does_not_count() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            accepted, _ = other.accept()
            accepted.close()
    check_port("127.0.0.1", port)


def test_connections_that_wait_are_refused_and_later_ones_are_not() -> None:
    listener = open_listener("127.0.0.1", free_port())
    with listener, socket.create_connection(listener.getsockname()) as waiting:
        refuse_waiting(listener)
        assert waiting.recv(1) == b""
        with socket.create_connection(listener.getsockname()) as later:
            listener.accept()[0].sendall(b"x")
            assert later.recv(1) == b"x"


@pytest.mark.parametrize(
    ("host", "expected"),
    [("192.0.2.1", "no address of this machine"), ("no-such-host.invalid", "knows no such name")],
)
def test_a_host_that_is_not_this_machine_is_named(host: str, expected: str) -> None:
    with pytest.raises(SettingsError, match=f"NERLOOP_SERVER_HOST .*{host}.*{expected}"):
        check_port(host, free_port())
