"""A port of this machine that nothing listens on."""

import socket
from contextlib import suppress

from ner.errors import QueueError


def free_port(preferred: int = 0) -> int:
    """The preferred port of the loopback address, or another one when it is taken.

    Raises QueueError when no port is free.
    """
    for port in (preferred, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            found: int = probe.getsockname()[1]
            return found
    raise QueueError("no port is free on 127.0.0.1; stop what holds them all")
