"""Requests to Doccano: login, time limits, and every failure as one of the DoccanoError tree."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from tempfile import SpooledTemporaryFile, gettempdir
from threading import Lock
from typing import IO, Any
from urllib.parse import urlsplit

import requests
import urllib3

from ner.errors import (
    DoccanoAuthError,
    DoccanoError,
    DoccanoNotFound,
    DoccanoRejected,
    DoccanoUnavailable,
)
from worker.doccano.address import (
    answers_without_tls,
    is_doccano,
    not_doccano,
    without_credentials,
)
from worker.doccano.connection_problem import connection_problem
from worker.doccano.models import read
from worker.doccano.retries import LOGIN_PATH, TRANSIENT_STATUSES

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 10.0
SHOWN_CHARACTERS = 300
CHUNK = 65_536
IN_MEMORY = 4_000_000
MOST_DOWNLOADED = 4_000_000_000

# A login that is answered so may succeed later.
_TRANSIENT = (*TRANSIENT_STATUSES, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.INTERNAL_SERVER_ERROR)

# Of a text that is not JSON, has a number of thousands of digits, or is nested too deeply.
_NO_JSON = (ValueError, RecursionError)

# Errors that another attempt does not fix, because the URL or the request itself is wrong.
_PERMANENT = (
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidJSONError,
    requests.exceptions.TooManyRedirects,
    requests.exceptions.URLRequired,
    requests.exceptions.UnrewindableBodyError,
    urllib3.exceptions.LocationValueError,
)


class Transport:
    """Sends requests below ``<url>/v1`` with the account's token.

    The token is fetched at the first request, and again when Doccano refuses it: Doccano deletes it
    when the account logs out, also in a browser.
    """

    def __init__(
        self,
        url: str,
        username: str,
        password: str,
        *,
        timeout: float,
        login_timeout: float,
        session: requests.Session,
    ) -> None:
        self._url = url.rstrip("/")
        self.public_url = without_credentials(self._url)
        self._username = username
        self._password = password
        self._timeout = _limits(timeout)
        self._login_timeout = _limits(login_timeout)
        self._session = session
        # No cookies: with its session cookie but no CSRF header, Doccano refuses even the login.
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._token: str | None = None
        self._login_lock = Lock()

    def get(self, path: str, **params: object) -> Any:
        """Returns the JSON at ``/v1/<path>``."""
        return self._json(self.send("GET", path, params=params), path)

    def options(self, path: str) -> Any:
        """Returns the JSON with which ``/v1/<path>`` describes itself."""
        return self._json(self.send("OPTIONS", path), path)

    def download(self, path: str, **params: object) -> IO[bytes]:
        """Returns the body at ``/v1/<path>`` as a file, in memory only while it is small."""
        file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  (the caller reads it)
        with self.send("GET", path, params=params, stream=True) as response:
            try:
                for chunk in response.iter_content(CHUNK):
                    if file.tell() > MOST_DOWNLOADED:
                        raise DoccanoRejected(
                            f"Doccano at {self.public_url} answered GET {path} with more than "
                            f"{MOST_DOWNLOADED:,} bytes; divide the project"
                        )
                    file.write(chunk)
            except requests.RequestException as error:
                raise DoccanoUnavailable(
                    f"Doccano at {self.public_url} ended its answer to GET {path} too early "
                    f"({type(error).__name__}); try again"
                ) from error
            except OSError as error:
                raise DoccanoUnavailable(
                    f"Doccano's answer cannot be kept in {gettempdir()} of this machine: "
                    f"{error.strerror or error}; make room there, or set TMPDIR to another folder"
                ) from error
        file.seek(0)
        return file

    def post(self, path: str, payload: object) -> Any:
        """Posts JSON and returns the JSON of the answer."""
        return self._json(self.send("POST", path, json=payload), path)

    def patch(self, path: str, payload: object) -> Any:
        """Patches with JSON and returns the JSON of the answer."""
        return self._json(self.send("PATCH", path, json=payload), path)

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        """Sends one request with the token, and once more with a new token when it is refused.

        `options` are those of `requests`. Raises one of the DoccanoError tree.
        """
        used = self._token or self._login(None)
        response = self._request(method, path, used, **options)
        if response.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            # A refused request had no effect, so that any method is safe to repeat.
            logger.debug("doccano refused, logging in again method=%s path=%s", method, path)
            response = self._request(method, path, self._login(used), **options)
        self._check(response, method, path)
        return response

    def _login(self, refused: str | None) -> str:
        with self._login_lock:
            if self._token is not None and self._token != refused:
                return self._token
            payload = {"username": self._username, "password": self._password}
            path = LOGIN_PATH.removeprefix("/v1/")
            response = self._request("POST", path, None, json=payload)
            if not response.ok and response.status_code not in _TRANSIENT:
                if not _is_refusal(response) and not is_doccano(self._url):
                    # A proxy that does not know Doccano yet answers so, in HTML or plain text.
                    may_start = response.status_code == HTTPStatus.NOT_FOUND
                    raise not_doccano(self._url, may_start=may_start and not _is_json(response))
                raise DoccanoAuthError(
                    f"Doccano at {self.public_url} refused the login of {self._username!r}; check "
                    "NERLOOP_DOCCANO_USERNAME and NERLOOP_DOCCANO_PASSWORD"
                )
            self._check(response, "POST", path)
            if not _is_json(response):
                raise not_doccano(self._url)
            answer = read(dict[str, Any], self._json(response, path), path)
            self._token = read(str, answer.get("key"), path)
            return self._token

    def _request(
        self, method: str, path: str, token: str | None, **options: Any
    ) -> requests.Response:
        try:
            return self._session.request(
                method,
                f"{self._url}/v1/{path}",
                auth=_token_header(token),
                timeout=self._timeout if token else self._login_timeout,
                # A redirected POST would be followed as a GET.
                allow_redirects=False,
                **options,
            )
        except _PERMANENT as error:
            raise DoccanoRejected(
                f"{method} {path} cannot be sent to Doccano at {self.public_url} "
                f"({type(error).__name__}); check NERLOOP_DOCCANO_URL"
            ) from error
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            # A server without TLS refuses the handshake, or waits for the rest of a request. After
            # a login it is an outage.
            if self._token is None and answers_without_tls(self._url):
                raise not_doccano(self._url) from error
            request = f" for {method} {path}" if token else ""
            raise DoccanoUnavailable(
                f"Doccano at {self.public_url} cannot be reached{request}: "
                f"{connection_problem(error, self._url)}"
            ) from error

    def _check(self, response: requests.Response, method: str, path: str) -> None:
        if response.ok and not response.is_redirect:
            return
        status = response.status_code
        summary = f"Doccano at {self.public_url} answered {status} to {method} {path}"
        if response.is_redirect:
            target = urlsplit(response.headers["Location"])
            raise DoccanoRejected(
                f"{summary}, a redirect to {target.scheme}://{target.hostname}; set "
                "NERLOOP_DOCCANO_URL to the address that answers without a redirect"
            )
        if status == HTTPStatus.NOT_FOUND and not _is_own_404(response):
            # Taken for Doccano's, it would withdraw every document that is read meanwhile.
            raise DoccanoUnavailable(
                f"{summary}, and not in Doccano's words; check the proxy in front of it and "
                "NERLOOP_DOCCANO_URL"
            )
        raise _error_class(status)(f"{summary}{self._reason(response)}{self._remedy(status)}")

    def _reason(self, response: requests.Response) -> str:
        """Returns Doccano's reason without secrets; its 5xx answers are pages without a reason."""
        if not _is_json(response):
            return ""
        text = " ".join(response.text.split())[:SHOWN_CHARACTERS]
        for secret in (self._password, self._token):
            text = text.replace(secret, "…") if secret else text
        return f": {text}"

    def _remedy(self, status: int) -> str:
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            return f"; give {self._username!r} the role Project Admin in the project in Doccano"
        if status == HTTPStatus.NOT_FOUND:
            return "; check the number of the project and NERLOOP_DOCCANO_URL"
        return "; see Doccano's own log" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else ""

    def _json(self, response: requests.Response, path: str) -> Any:
        try:
            return response.json()
        except _NO_JSON:
            raise DoccanoRejected(
                f"{self.public_url} answered {path} with something other than JSON; check that "
                "NERLOOP_DOCCANO_URL is Doccano's address"
            ) from None


def _limits(seconds: float) -> tuple[float, float]:
    """The time limits for connecting and for the answer."""
    return min(CONNECT_SECONDS, seconds), seconds


def _is_json(response: requests.Response) -> bool:
    return "json" in response.headers.get("Content-Type", "")


def _is_refusal(response: requests.Response) -> bool:
    """Whether it is Doccano's own answer to a wrong name or password."""
    return _is_json(response) and "non_field_errors" in response.text


def _is_own_404(response: requests.Response) -> bool:
    """Whether the answer is that of Django REST framework: a JSON object with ``detail``."""
    try:
        answer = response.json() if _is_json(response) else None
    except _NO_JSON:
        return False
    return isinstance(answer, dict) and isinstance(answer.get("detail"), str)


def _error_class(status: int) -> type[DoccanoError]:
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return DoccanoAuthError
    if status == HTTPStatus.NOT_FOUND:
        return DoccanoNotFound
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in (
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_MANY_REQUESTS,
    ):
        return DoccanoUnavailable
    return DoccanoRejected


def _token_header(
    token: str | None,
) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    """Sets the header as `auth` of requests, so that a ``.netrc`` file does not replace it."""

    def add(request: requests.PreparedRequest) -> requests.PreparedRequest:
        if token is not None:
            request.headers["Authorization"] = f"Token {token}"
        return request

    return add
