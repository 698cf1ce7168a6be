"""Whether Doccano answers at an address, and at which address near it."""

from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import requests

from ner.errors import DoccanoRejected

SECONDS = 5.0


def is_doccano(url: str) -> bool:
    """Whether Doccano's API is below `url`.

    Its page of the account refuses a request without a token in JSON. Doccano answers every other
    address with the HTML of its first page.
    """
    try:
        response = requests.get(f"{url}/v1/me", timeout=SECONDS, allow_redirects=False)
        return response.status_code in (401, 403) and "detail" in response.json()
    except (requests.RequestException, OSError):
        return False


def doccano_near(url: str) -> str | None:
    """Doccano's address if it is a parent of `url` or has the other scheme, else None."""
    return next((near for near in _near(url) if is_doccano(near)), None)


def not_doccano(url: str) -> DoccanoRejected:
    """The error when something other than Doccano answers at `url`."""
    near = doccano_near(url)
    remedy = (
        f"set it to {without_credentials(near)}, where Doccano answers"
        if near
        else "set it to the address of Doccano's first page, without the path of a project, and "
        "check the port"
    )
    return DoccanoRejected(
        f"what answers at {without_credentials(url)} (NERLOOP_DOCCANO_URL, or doccano_url in the "
        f"file) is not Doccano; {remedy}"
    )


def _near(url: str) -> Iterator[str]:
    """The parents of the address, nearest first, and all of them with the other scheme."""
    parts = urlsplit(url)
    steps = [step for step in parts.path.split("/") if step]
    paths = ["".join(f"/{step}" for step in steps[:count]) for count in range(len(steps), -1, -1)]
    other = "http" if parts.scheme == "https" else "https"
    for scheme in (parts.scheme, other):
        for path in paths:
            near = urlunsplit((scheme, parts.netloc, path, "", ""))
            if near != url:
                yield near


def without_credentials(url: str) -> str:
    """Returns the URL without user name and password."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
