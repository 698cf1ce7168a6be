"""Finds a free TCP port of this machine."""

import socket
from contextlib import suppress

from ner.errors import QueueError


def free_port(preferred: int = 0) -> int:
    """The preferred port of the loopback address, or another one if it is taken.

    Raises QueueError when no port is free.
    """
    for port in (preferred, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            number: int = probe.getsockname()[1]
            return number
    raise QueueError("no port is free on 127.0.0.1; stop a program that uses one")
