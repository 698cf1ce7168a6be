"""Which requests to Doccano are retried, how often, and how long is paused in between."""

import time
from typing import Any

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.exceptions import InvalidHeader
from urllib3.response import BaseHTTPResponse
from urllib3.util import Retry

LOGIN_PATH = "/v1/auth/login/"
ATTEMPTS = 4
BACKOFF_SECONDS = 0.5
PAUSE_SECONDS = 30.0
# Without 500: Doccano answers it for permanent errors too, and does not say which it is.
TRANSIENT_STATUSES = (429, 502, 503, 504)


class PausingRetry(Retry):
    """Pauses before each attempt, for `pause_seconds` at most together.

    Doccano, or a proxy in front of it, may ask for longer pauses with `Retry-After`. Then, and when
    no time is left, the last answer counts.
    """

    def __init__(self, *arguments: Any, pause_seconds: float = 0.0, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.pause_seconds = pause_seconds

    def new(self, **changes: Any) -> "PausingRetry":
        """A copy with changes; every attempt has one."""
        return super().new(**{"pause_seconds": self.pause_seconds} | changes)

    def is_exhausted(self) -> bool:
        """Whether there is no further attempt."""
        return super().is_exhausted() or self.pause_seconds <= 0

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        """Pauses as the answer asks for, or longer with each attempt."""
        wanted = self._asked_for(response) or self.get_backoff_time()
        pause = min(wanted, self.pause_seconds)
        self.pause_seconds -= pause
        time.sleep(pause)

    def _asked_for(self, response: BaseHTTPResponse | None) -> float | None:
        try:
            return None if response is None else self.get_retry_after(response)
        except (InvalidHeader, ValueError, OverflowError):
            return None


class SafeRetryAdapter(BaseAdapter):
    """Retries GET, HEAD and, with `repeats_login`, the login; sends every other request once.

    Doccano's writes are not safe to repeat: a second tick undoes the first one, and a second span
    is an additional span.
    """

    def __init__(
        self,
        backoff_seconds: float = BACKOFF_SECONDS,
        *,
        pause_seconds: float = PAUSE_SECONDS,
        repeats_login: bool = True,
    ) -> None:
        super().__init__()
        self._repeats_login = repeats_login
        self._retrying = HTTPAdapter(
            max_retries=PausingRetry(
                pause_seconds=pause_seconds,
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
    backoff_seconds: float = BACKOFF_SECONDS,
    *,
    pause_seconds: float = PAUSE_SECONDS,
    repeats_login: bool = True,
) -> requests.Session:
    """Returns a session that retries the requests that are safe to repeat.

    `pause_seconds` limits the pauses between all attempts of one request together.
    """
    session = requests.Session()
    for prefix in ("http://", "https://"):
        adapter = SafeRetryAdapter(
            backoff_seconds, pause_seconds=pause_seconds, repeats_login=repeats_login
        )
        session.mount(prefix, adapter)
    return session
