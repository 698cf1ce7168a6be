"""Sends the server Doccano's request from this machine, to find out why Doccano got no answer."""

from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

import requests

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


def remedy(reach: ServerReach, url: str) -> str:
    """Returns the cause and the remedy when Doccano got no answer, or a wrong one, from `url`."""
    if reach is ServerReach.SILENT:
        return (
            f"nothing answers at {url}, from here either; start `nerloop up` (or `nerloop server`) "
            f"and connect again{_container_hint(url)}"
        )
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
