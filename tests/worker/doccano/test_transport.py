"""Faults between nerloop and Doccano, each as one of the DoccanoError tree."""

import inspect
import logging
import socket
from typing import Any

import pytest
import requests
import urllib3
from requests.adapters import BaseAdapter

from ner.errors import (
    DoccanoAuthError,
    DoccanoError,
    DoccanoNotFound,
    DoccanoRejected,
    DoccanoUnavailable,
)
from tests.support.doccano.doccano_admin import AdminClient
from tests.support.doccano.scripted_http import PASSWORD, Answer, scripted, scripted_client
from worker.doccano.retries import new_session

ME = {"id": 1, "username": "ann"}


class Raising(BaseAdapter):
    """A network that raises an error for every request."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error
        self.options: dict[str, Any] = {}

    def send(self, *_: Any, **options: Any) -> requests.Response:  # type: ignore[override]
        self.options = options
        raise self.error

    def close(self) -> None:
        pass


def every_error_of(module: Any, base: type[Exception]) -> list[type[Exception]]:
    classes = [member for _, member in inspect.getmembers(module, inspect.isclass)]
    return [kind for kind in classes if issubclass(kind, base) and not issubclass(kind, Warning)]


@pytest.mark.parametrize(
    "kind",
    [
        *every_error_of(requests.exceptions, requests.RequestException),
        *every_error_of(urllib3.exceptions, urllib3.exceptions.HTTPError),
        ConnectionResetError,
        OSError,
    ],
)
def test_every_error_of_the_http_libraries_is_mapped(kind: type[Exception]) -> None:
    # Their constructors all differ, and only the class matters.
    error = kind.__new__(kind)
    session = requests.Session()
    session.mount("http://", Raising(error))
    client = AdminClient("http://doccano", "ann", PASSWORD, session=session)
    with pytest.raises(DoccanoError, match=r"http://doccano .*NERLOOP_DOCCANO_URL") as caught:
        client.me()
    assert caught.value.__cause__ is error


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, DoccanoRejected),
        (400, DoccanoRejected),
        (404, DoccanoNotFound),
        (405, DoccanoRejected),
        (408, DoccanoUnavailable),
        (429, DoccanoUnavailable),
        (500, DoccanoUnavailable),
        (502, DoccanoUnavailable),
        (503, DoccanoUnavailable),
        (504, DoccanoUnavailable),
    ],
)
def test_every_refusal_is_mapped(status: int, kind: type[DoccanoError]) -> None:
    def answer(method: str, path: str, token: str | None) -> Answer:
        if path.endswith("/login/"):
            return Answer()
        return Answer(status, {"detail": "no"}, {"Location": "https://elsewhere/v1/me?secret=1"})

    with scripted_client(answer) as (client, server):
        with pytest.raises(kind, match=str(status)) as caught:
            client.me()
        assert server.url in str(caught.value)
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize("body", ["<html>not found</html>", {"message": "no route"}, ["detail"]])
def test_a_404_that_is_not_doccanos_is_an_outage(body: object) -> None:
    def answer(method: str, path: str, token: str | None) -> Answer:
        return Answer() if path.endswith("/login/") else Answer(404, body)

    said = "not in Doccano's words; check the proxy"
    with scripted_client(answer) as (client, _), pytest.raises(DoccanoUnavailable, match=said):
        client.me()


@pytest.mark.parametrize("body", ["{", "[" * 100_000, '{"id": ' + "1" * 5_000 + "}"])
def test_an_answer_that_is_no_readable_json_is_rejected(body: str) -> None:
    def answer(method: str, path: str, token: str | None) -> Answer:
        headers = {"Content-Type": "application/json"}
        return Answer() if path.endswith("/login/") else Answer(200, body, headers)

    said = "something other than JSON"
    with scripted_client(answer) as (client, _), pytest.raises(DoccanoRejected, match=said):
        client.me()


def test_a_url_of_another_scheme_is_rejected() -> None:
    with pytest.raises(DoccanoRejected, match="NERLOOP_DOCCANO_URL"):
        AdminClient("gopher://doccano", "ann", PASSWORD).me()


def test_an_address_at_which_nothing_listens_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    session = new_session(backoff_seconds=0)
    with pytest.raises(DoccanoUnavailable, match=str(port)):
        AdminClient(f"http://127.0.0.1:{port}", "ann", PASSWORD, session=session).me()


def test_a_server_that_never_answers_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        session = requests.Session()
        client = AdminClient(url, "ann", PASSWORD, timeout=0.05, session=session)
        with pytest.raises(DoccanoUnavailable, match="no answer came in time"):
            client.me()


@pytest.mark.parametrize(("timeout", "limits"), [(30.0, (10.0, 30.0)), (3.0, (3.0, 3.0))])
def test_every_request_has_time_limits(timeout: float, limits: tuple[float, float]) -> None:
    network = Raising(requests.ConnectionError("down"))
    session = requests.Session()
    session.mount("http://", network)
    with pytest.raises(DoccanoUnavailable):
        AdminClient("http://doccano", "ann", PASSWORD, timeout=timeout, session=session).me()
    assert network.options["timeout"] == limits


def test_a_refused_token_is_renewed_once_and_the_request_repeated() -> None:
    def answer(method: str, path: str, token: str | None) -> Answer:
        return Answer() if token == "Token token2" or token is None else Answer(403, {})

    with scripted_client(answer) as (client, server):
        client.delete_example(3, 5)
        client.delete_example(3, 6)
        assert server.count("POST", "/v1/auth/login/") == 2
        assert server.count("DELETE", "/v1/projects/3/examples/5") == 2
        assert server.count("DELETE", "/v1/projects/3/examples/6") == 1


def test_missing_rights_are_an_error_with_the_remedy() -> None:
    def answer(method: str, path: str, token: str | None) -> Answer:
        return Answer() if token is None else Answer(403, {"detail": "You do not have permission"})

    with scripted_client(answer) as (client, server):
        with pytest.raises(DoccanoAuthError, match=r"permission.*'ann' the role Project Admin"):
            client.delete_example(3, 5)
        assert server.count("DELETE", "/v1/projects/3/examples/5") == 2


def test_a_refused_login_names_the_settings_and_never_the_password() -> None:
    def answer(method: str, path: str, token: str | None) -> Answer:
        return Answer(400, {"non_field_errors": [f"no {PASSWORD}"]})

    with scripted_client(answer) as (client, _):
        with pytest.raises(DoccanoAuthError, match=r"'ann'.*NERLOOP_DOCCANO_PASSWORD") as caught:
            client.me()
        assert PASSWORD not in str(caught.value)


def test_no_secret_is_in_messages_or_logs_even_when_the_answer_repeats_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def answer(method: str, path: str, token: str | None) -> Answer:
        if path.endswith("/login/"):
            return Answer()
        status = 403 if token == "Token token1" else 400
        return Answer(status, {"detail": f"{token} {PASSWORD} is wrong"})

    with (
        caplog.at_level(logging.DEBUG),
        scripted_client(answer) as (client, _),
        pytest.raises(DoccanoRejected, match="is wrong") as caught,
    ):
        client.me()
    for secret in (PASSWORD, "token1", "token2"):
        assert secret not in str(caught.value) + caplog.text + repr(client)


def test_credentials_in_the_address_are_not_shown() -> None:
    session = requests.Session()
    session.mount("http://", Raising(requests.ConnectionError("down")))
    client = AdminClient("http://ann:hunter2@doccano/", "ann", PASSWORD, session=session)
    with pytest.raises(DoccanoUnavailable, match="http://doccano cannot be reached") as caught:
        client.me()
    assert "hunter2" not in str(caught.value) + client.url


def test_cookies_are_not_sent_back() -> None:
    # With its session cookie but without a CSRF header, Doccano refuses even the login.
    sent: list[str | None] = []

    class Watching(BaseAdapter):
        def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:  # type: ignore[override]
            sent.append(request.headers.get("Cookie"))
            return adapter.send(request)

        def close(self) -> None:
            adapter.close()

    def answer(method: str, path: str, token: str | None) -> Answer:
        cookies = {"Set-Cookie": "sessionid=1; Path=/"}
        return Answer(200, {"key": "k"} if path.endswith("/login/") else ME, cookies)

    adapter = requests.adapters.HTTPAdapter()
    session = requests.Session()
    session.mount("http://", Watching())
    with scripted(answer) as server:
        client = AdminClient(server.url, "ann", PASSWORD, session=session)
        client.me()
        client.me()
    assert sent == [None, None, None]


def test_an_answer_that_is_not_json_is_rejected_with_the_remedy() -> None:
    def answer(method: str, path: str, token: str | None) -> Answer:
        return Answer() if path.endswith("/login/") else Answer(200, "<html>")

    with (
        scripted_client(answer) as (client, _),
        pytest.raises(DoccanoRejected, match=r"answered me .*JSON.*NERLOOP_DOCCANO_URL"),
    ):
        client.me()
