"""Where a server that listens at an address is opened."""

import socket

import pytest

from worker.server_address import is_own_address, opened_at


@pytest.mark.parametrize(
    ("host", "opened"),
    [
        ("0.0.0.0", "127.0.0.1"),
        ("::", "[::1]"),
        ("::1", "[::1]"),
        ("nerloop", "nerloop"),
        ("192.0.2.7", "192.0.2.7"),
        ("127.0.0.1:8200", "127.0.0.1:8200"),
    ],
)
def test_a_server_at_all_addresses_is_opened_at_the_loopback_one(host: str, opened: str) -> None:
    assert opened_at(host) == opened


@pytest.mark.parametrize(
    ("host", "own"),
    [("127.0.0.1", True), ("0.0.0.0", True), ("192.0.2.7", False), ("papers..local", False)],
)
def test_an_address_of_another_machine_is_told_from_an_own_one(host: str, own: bool) -> None:
    assert is_own_address(host) is own


def test_a_name_that_nobody_knows_is_no_own_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert is_own_address("nerloop") is False
