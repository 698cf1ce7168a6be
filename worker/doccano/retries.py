"""Which requests to Doccano are retried, and how often."""

from typing import Any

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.util import Retry

LOGIN_PATH = "/v1/auth/login/"
ATTEMPTS = 4
BACKOFF_SECONDS = 0.5
# Without 500: Doccano answers it for permanent errors too, and does not say which it is.
TRANSIENT_STATUSES = (429, 502, 503, 504)


class SafeRetryAdapter(BaseAdapter):
    """Retries GET, HEAD and, with `repeats_login`, the login; sends every other request once.

    Doccano's writes are not safe to repeat: a second tick undoes the first one, and a second span
    is an additional span.
    """

    def __init__(
        self, backoff_seconds: float = BACKOFF_SECONDS, *, repeats_login: bool = True
    ) -> None:
        super().__init__()
        self._repeats_login = repeats_login
        self._retrying = HTTPAdapter(
            max_retries=Retry(
                total=ATTEMPTS,
                backoff_factor=backoff_seconds,
                backoff_max=10,
                status_forcelist=TRANSIENT_STATUSES,
                allowed_methods=None,
                redirect=0,
                raise_on_status=False,
                raise_on_redirect=False,
            )
        )
        self._once = HTTPAdapter(max_retries=0)

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        """Sends the request, with retries if it is safe to repeat."""
        is_login = str(request.url).endswith(LOGIN_PATH)
        safe = request.method in ("GET", "HEAD") or (is_login and self._repeats_login)
        return (self._retrying if safe else self._once).send(request, **options)

    def close(self) -> None:
        """Closes the pooled connections."""
        self._retrying.close()
        self._once.close()


def new_session(
    backoff_seconds: float = BACKOFF_SECONDS, *, repeats_login: bool = True
) -> requests.Session:
    """Returns a session that retries the requests that are safe to repeat."""
    session = requests.Session()
    for prefix in ("http://", "https://"):
        session.mount(prefix, SafeRetryAdapter(backoff_seconds, repeats_login=repeats_login))
    return session
