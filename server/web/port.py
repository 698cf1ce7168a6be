"""Whether the server can listen at its address, before gunicorn tries for five seconds."""

import errno
import socket

from ner.errors import SettingsError


def check_port(host: str, port: int) -> None:
    """Raises SettingsError with the cause and the remedy unless a server can listen there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError:
        raise SettingsError(
            f"NERLOOP_SERVER_HOST (server_host) = {host}: this machine knows no such name; set it "
            "to an address of this machine, such as 127.0.0.1 or 0.0.0.0"
        ) from None
    with socket.socket(family, kind, protocol) as probe:
        # As gunicorn does: connections that are being closed do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen()
        except OSError as error:
            raise SettingsError(_explain(error, host, port)) from None


def _explain(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} of {host} is in use: stop the program that listens there, or set "
            "NERLOOP_SERVER_PORT (server_port) to another port and run `nerloop connect` again"
        )
    if error.errno == errno.EACCES:
        return (
            f"this user may not listen at port {port}: set NERLOOP_SERVER_PORT (server_port) to "
            "one above 1023"
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return (
            f"NERLOOP_SERVER_HOST (server_host) = {host} is no address of this machine: set it to "
            "one, such as 127.0.0.1 or 0.0.0.0"
        )
    return (
        f"the server cannot listen at {host}:{port}: {error.strerror}; check NERLOOP_SERVER_HOST "
        "and NERLOOP_SERVER_PORT"
    )
