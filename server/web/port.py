"""The server's listening socket: opened with clear errors, and kept while the server restarts."""

import errno
import socket
from contextlib import suppress

from ner.errors import SettingsError

# As gunicorn's own; the kernel may allow fewer.
BACKLOG = 2048


def check_port(host: str, port: int) -> None:
    """Raises SettingsError with the cause and the remedy unless a server can listen there."""
    open_listener(host, port).close()


def open_listener(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises SettingsError with the cause and the remedy.

    gunicorn alone would try for five seconds.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError):
        raise SettingsError(
            f"NERLOOP_SERVER_HOST (server_host) = {host}: this machine knows no such name; set it "
            "to an address of this machine, such as 127.0.0.1 or 0.0.0.0"
        ) from None
    listener = socket.socket(family, kind, protocol)
    # As gunicorn does: connections that are being closed do not count.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise SettingsError(_explain(error, host, port)) from None
    return listener


def refuse_waiting(listener: socket.socket) -> None:
    """Closes the connections that wait, so that their clients get an error instead of no answer."""
    listener.setblocking(False)
    with suppress(BlockingIOError):
        while True:
            listener.accept()[0].close()


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
