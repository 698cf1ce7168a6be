"""Whether Doccano answers at an address, and at which address near it."""

from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import requests

from ner.errors import DoccanoError, DoccanoRejected, DoccanoUnavailable

SECONDS = 5.0


def is_doccano(url: str) -> bool:
    """Whether Doccano's API is below `url`.

    Its page of the account refuses a request without a token in JSON. Doccano answers every other
    address with the HTML of its first page.
    """
    try:
        response = requests.get(
            f"{url}/v1/me", auth=_no_credentials, timeout=SECONDS, allow_redirects=False
        )
        return response.status_code in (401, 403) and "detail" in response.json()
    except (requests.RequestException, OSError):
        return False


def answers_without_tls(url: str) -> bool:
    """Whether Doccano answers plain HTTP at the port of `url`, which says https."""
    return url.startswith("https:") and any(
        near.startswith("http:") and is_doccano(near) for near in _near(url)
    )


def not_doccano(url: str, *, may_start: bool = False) -> DoccanoError:
    """The error when something other than Doccano answers at `url`.

    If it `may_start`, it can be a proxy in front of a Doccano that does not answer yet.
    """
    near = next((near for near in _near(url) if is_doccano(near)), None)
    remedy = (
        f"set it to {near}, where Doccano answers"
        if near
        else "set it to the address of Doccano's first page, without the path of a project, and "
        "check the port"
    )
    answering = (
        f"what answers at {without_credentials(url)} (NERLOOP_DOCCANO_URL, or doccano_url in the "
        "file) is not Doccano"
    )
    if may_start and near is None:
        return DoccanoUnavailable(
            f"{answering}, or a proxy in front of a Doccano that does not answer yet; if it stays "
            f"so, {remedy}"
        )
    return DoccanoRejected(f"{answering}; {remedy}")


def _near(url: str) -> Iterator[str]:
    """The parents of the address, nearest first, and all of them with the other scheme.

    http is tried for https only at a port that the address names: what answers plain HTTP there has
    no TLS, while another port would be a way around it.
    """
    parts = urlsplit(url)
    steps = [step for step in parts.path.split("/") if step]
    paths = ["".join(f"/{step}" for step in steps[:count]) for count in range(len(steps), -1, -1)]
    schemes = [parts.scheme]
    if parts.scheme == "http":
        schemes.append("https")
    elif parts.port is not None:
        schemes.append("http")
    for scheme in schemes:
        for path in paths:
            near = urlunsplit((scheme, parts.netloc, path, "", ""))
            if near != url:
                yield without_credentials(near)


def _no_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """As `auth` of requests: neither those in the URL nor those in a ``.netrc`` file are sent."""
    return request


def normalised(url: str) -> str:
    """The address with its host in lower case, without credentials, default port and last slash.

    Equal addresses are the same Doccano; different ones may be, by another name or scheme.
    """
    parts = urlsplit(url.strip())
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    default = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in (None, default) else f":{parts.port}"
    return urlunsplit((parts.scheme, f"{host}{port}", parts.path.rstrip("/"), "", ""))


def without_credentials(url: str) -> str:
    """Returns the URL without user name and password."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
