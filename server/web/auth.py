"""Authorization: compares the tokens of requests with those of the store."""

import hashlib
import threading
from collections.abc import Callable

from flask import Request

from worker.store.database import Store
from worker.store.tokens import SERVICE, TokenKind, token_matches

CHALLENGE = 'Basic realm="nerloop", Bearer realm="nerloop"'
KEPT_SECONDS = 5.0
_MAX_KEPT = 1_000

_Key = tuple[TokenKind, str, str]


def presented_token(request: Request) -> str | None:
    """The bearer token of a request, or the password of HTTP Basic with any user name, or None."""
    given = request.authorization
    if given is None:
        return None
    return given.token if given.type == "bearer" else given.password


class TokenChecker:
    """Checks what a token gives access to. Raises StoreError if the store cannot be read.

    A match is remembered for `KEPT_SECONDS`, so that a rotated token stops working after that time.
    A mismatch is not remembered.
    """

    def __init__(self, store: Store, monotonic: Callable[[], float]) -> None:
        self._store = store
        self._monotonic = monotonic
        self._valid_until: dict[_Key, float] = {}
        self._lock = threading.Lock()

    def may_predict(self, project: str, token: str | None) -> bool:
        """Whether the token is the project's predict or project token, or the service token."""
        return self._fits("predict", project, token) or self.may_administer(project, token)

    def may_administer(self, project: str, token: str | None) -> bool:
        """Whether the token is the project token, or the service token."""
        return self._fits("admin", project, token)

    def may_administer_service(self, token: str | None) -> bool:
        """Whether the token is the service token."""
        return self._fits("admin", SERVICE, token)

    def _fits(self, kind: TokenKind, project: str, token: str | None) -> bool:
        if not token:
            return False
        # Only the digest is kept in memory.
        key = (kind, project, hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest())
        now = self._monotonic()
        if self._valid_until.get(key, now) > now:
            return True
        with self._store.read() as session:
            fits = token_matches(session, kind, project, token)
        if fits:
            self._remember(key, now)
        return fits

    def _remember(self, key: _Key, now: float) -> None:
        with self._lock:
            if len(self._valid_until) >= _MAX_KEPT:
                self._valid_until.clear()
            self._valid_until[key] = now + KEPT_SECONDS
