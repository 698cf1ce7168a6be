import socket

from server.demo.free_port import free_port


def test_the_preferred_port_is_taken_if_it_is_free_and_another_one_if_not() -> None:
    preferred = free_port()
    assert free_port(preferred) == preferred
    with socket.create_server(("127.0.0.1", preferred)):
        other = free_port(preferred)
    assert other not in (0, preferred)
