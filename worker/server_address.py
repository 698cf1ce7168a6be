"""Where this machine opens a server that listens at an address."""

import errno
import socket
from ipaddress import IPv6Address

LOOPBACK = "127.0.0.1"
# Stand for all addresses of the machine, and cannot be opened everywhere.
_ALL = {"0.0.0.0": LOOPBACK, "::": "::1"}  # noqa: S104


def opened_at(host: str) -> str:
    """The host in a URL of a server that listens at `host`."""
    name = _ALL.get(host, host)
    try:
        return f"[{IPv6Address(name)}]"
    except ValueError:
        return name


def is_own_address(host: str) -> bool:
    """Whether a server can listen at this address of the machine."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as listener:
            listener.bind(address)
    except UnicodeError:  # no name at all
        return False
    except OSError as error:
        return not isinstance(error, socket.gaierror) and error.errno != errno.EADDRNOTAVAIL
    return True
