"""Sends the server Doccano's request from this machine, to find out why Doccano got no answer."""

from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit, urlunsplit

import requests

from worker.server_address import LOOPBACK, is_own_address, opened_at

TIMEOUT_SECONDS = 10.0


class ServerReach(StrEnum):
    """What this machine finds at the URL in Doccano's configuration."""

    ANSWERS = "answers"
    SILENT = "silent"
    REFUSES = "refuses the token"
    NO_PROJECT = "does not know the project"
    STRANGE = "is not a nerloop server"


def reach_server(url: str, token: str, text: str, *, session: requests.Session) -> ServerReach:
    """Posts `text` to the server's auto-label URL, as Doccano does."""
    try:
        response = session.post(
            url,
            json={"text": text},
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
        )
        answer = response.json()
    except requests.exceptions.JSONDecodeError:
        return ServerReach.STRANGE
    except requests.RequestException:
        return ServerReach.SILENT
    if not isinstance(answer, list):
        return ServerReach.STRANGE
    if response.ok:
        return ServerReach.ANSWERS if answer else ServerReach.STRANGE
    return {401: ServerReach.REFUSES, 404: ServerReach.NO_PROJECT}.get(
        response.status_code, ServerReach.STRANGE
    )


def local_url(url: str, host: str, port: int) -> str:
    """The same path at the address where the server listens, as this machine opens it."""
    return urlunsplit(urlsplit(url)._replace(scheme="http", netloc=f"{opened_at(host)}:{port}"))


def remedy(
    reach: ServerReach, url: str, host: str, here: ServerReach, *, loopback: ServerReach
) -> str:
    """Returns the cause and the remedy when Doccano got no answer, or a wrong one, from `url`.

    `host` is NERLOOP_SERVER_HOST; `reach`, `here` and `loopback` say what this machine finds at
    `url`, at the address where the server should listen, and at the same port of 127.0.0.1.
    """
    if reach is ServerReach.SILENT and here is ServerReach.SILENT and not is_own_address(host):
        return (
            f"nothing answers at {url}, because NERLOOP_SERVER_HOST (server_host) = {host} is no "
            f"address of this machine: set it to one, such as {LOOPBACK} or 0.0.0.0, and start "
            "`nerloop up` again; if the server runs on another machine, start it there"
        )
    elsewhere = loopback not in (ServerReach.SILENT, ServerReach.STRANGE)
    if reach is ServerReach.SILENT and here is ServerReach.SILENT and elsewhere:
        return (
            f"nothing answers at {url}, because the server that runs listens on {LOOPBACK} alone; "
            f"start `nerloop up` again with the same NERLOOP_SERVER_HOST={host} as this command"
        )
    if reach is ServerReach.SILENT:
        return _silent(url, host, here)
    if reach is ServerReach.REFUSES:
        return (
            f"the server at {url} refuses the project's token: it uses another store; run it and "
            "this command with the same NERLOOP_STORE_URL and NERLOOP_DATA_DIR"
        )
    if reach is ServerReach.NO_PROJECT:
        return (
            f"the server at {url} does not know the project; start it again with the same "
            "settings as this command"
        )
    if reach is ServerReach.STRANGE:
        return (
            f"the server at {url} is not a nerloop server; check NERLOOP_SERVER_PORT and "
            "NERLOOP_SERVER_URL"
        )
    if is_loopback(url):
        return f"{url} answers here, but not to Doccano{_container_hint(url)}"
    return (
        f"{url} answers here, but not to Doccano; check names, firewalls and proxies between the "
        "two, and set NERLOOP_SERVER_URL to an address that Doccano's machine can open"
    )


def _silent(url: str, host: str, here: ServerReach) -> str:
    only_here = is_loopback(f"//{host}") and not is_loopback(url)
    if here is ServerReach.SILENT:
        also = " with NERLOOP_SERVER_HOST=0.0.0.0" if only_here else ""
        return (
            f"nothing answers at {url}, from here either; start `nerloop up` (or `nerloop server`)"
            f"{also} and connect again"
        )
    if only_here:
        return (
            f"nothing answers at {url}, because the server listens on {host} alone; set "
            "NERLOOP_SERVER_HOST=0.0.0.0 (or the address in NERLOOP_SERVER_URL) and start "
            "`nerloop up` again"
        )
    again = f"start it again with NERLOOP_SERVER_HOST={host}, if it was started without; otherwise "
    return (
        f"nothing answers at {url}, although the server runs on this machine; "
        f"{'' if is_loopback(f'//{host}') else again}set NERLOOP_SERVER_URL to an address of this "
        "machine that Doccano can open, and check names, firewalls and proxies between the two"
    )


def is_loopback(url: str) -> bool:
    """Whether a URL points to the machine or container that opens it."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _container_hint(url: str) -> str:
    if not is_loopback(url):
        return ""
    port = urlsplit(url).port or 80
    return (
        f". If Doccano runs in a container, {urlsplit(url).hostname} is that container itself: set "
        f"NERLOOP_SERVER_HOST=0.0.0.0 and NERLOOP_SERVER_URL to this machine's address, such as "
        f"http://host.docker.internal:{port}, or to the server's name in the compose file"
    )
