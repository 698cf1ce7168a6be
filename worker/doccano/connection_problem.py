"""Why a connection to Doccano failed, in words and with the remedy."""

import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import requests
import urllib3

_SETTING = "NERLOOP_DOCCANO_URL (doccano_url)"


def connection_problem(error: Exception, url: str) -> str:
    """The cause and the remedy of an `error` of the HTTP libraries for a request to `url`."""
    parts = urlsplit(url)
    host, causes = parts.hostname, [*_causes(error)]
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return f"the name {host} is unknown on this machine; check the name in {_SETTING}"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return (
            f"nothing listens on port {port} of {host}; start Doccano, or check the port in "
            f"{_SETTING}"
        )
    certificate = next((c for c in causes if isinstance(c, ssl.SSLCertVerificationError)), None)
    if certificate is not None:
        return (
            f"its certificate is refused ({certificate.verify_message}); set REQUESTS_CA_BUNDLE "
            f"to the file of the authority that issued it, or check the name in {_SETTING}"
        )
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return f"it does not speak TLS there; check https against http in {_SETTING}"
    if any(isinstance(cause, _TIMEOUTS) for cause in causes):
        return f"no answer came in time; check that it is running, and the address in {_SETTING}"
    name = type(error).__name__
    return f"{name}; check that it is running, and the address in {_SETTING}"


_TIMEOUTS = (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was raised from, which the libraries keep in several places."""
    waiting, seen = [error], set()
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        inner = (each.__cause__, each.__context__, getattr(each, "reason", None), *each.args)
        waiting += [other for other in inner if isinstance(other, BaseException)]
