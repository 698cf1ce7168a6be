"""Which requests to Doccano are repeated, and how patiently."""

from typing import Any

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.util import Retry

LOGIN_PATH = "/v1/auth/login/"
ATTEMPTS = 4
BACKOFF_SECONDS = 0.5
# Not 500: Doccano answers it for mistakes that stay, and its page says nothing.
PASSING_STATUSES = (429, 502, 503, 504)


class RepeatWhatIsSafe(BaseAdapter):
    """Repeats GET, HEAD and the login; sends everything else once.

    Doccano's writes are not safe to repeat: a second confirmation takes the first one back, a
    second span is one more span.
    """

    def __init__(self, backoff_seconds: float = BACKOFF_SECONDS) -> None:
        super().__init__()
        self._patient = HTTPAdapter(
            max_retries=Retry(
                total=ATTEMPTS,
                backoff_factor=backoff_seconds,
                backoff_max=10,
                status_forcelist=PASSING_STATUSES,
                allowed_methods=None,
                redirect=0,
                raise_on_status=False,
                raise_on_redirect=False,
            )
        )
        self._once = HTTPAdapter(max_retries=0)

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        """Hands the request to the patient or to the other adapter."""
        safe = request.method in ("GET", "HEAD") or str(request.url).endswith(LOGIN_PATH)
        return (self._patient if safe else self._once).send(request, **options)

    def close(self) -> None:
        """Closes the pooled connections."""
        self._patient.close()
        self._once.close()


def new_session(backoff_seconds: float = BACKOFF_SECONDS) -> requests.Session:
    """A session that repeats what is safe."""
    session = requests.Session()
    for prefix in ("http://", "https://"):
        session.mount(prefix, RepeatWhatIsSafe(backoff_seconds))
    return session
