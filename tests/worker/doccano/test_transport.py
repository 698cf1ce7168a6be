"""Faults between nerloop and Doccano, each as one of the DoccanoError tree."""

import inspect
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
from tests.support.doccano_admin import AdminClient
from tests.support.scripted_http import DROP, Answer, Scripted, scripted
from worker.doccano.models import AutoLabelConfig
from worker.doccano.retries import ATTEMPTS, new_session

PASSWORD = "correct-horse-battery"
PROJECT = {
    "id": 3,
    "name": "papers",
    "project_type": "SequenceLabeling",
    "collaborative_annotation": True,
}
STATES = "/v1/projects/3/examples/5/states"
EMPTY_PAGE = {"count": 0, "results": []}

Answering = Callable[[str, str, str | None], Answer]


@contextmanager
def client_of(answer: Answering) -> Iterator[tuple[AdminClient, Scripted]]:
    with scripted(answer) as server:
        session = new_session(backoff_seconds=0)
        yield AdminClient(server.url, "ann", PASSWORD, timeout=2, session=session), server


class Raising(BaseAdapter):
    """Stands for a network that raises."""

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
    found = inspect.getmembers(module, inspect.isclass)
    return [kind for _, kind in found if issubclass(kind, base) and not issubclass(kind, Warning)]


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
    # Their constructors all differ, and the mapping looks at the class alone.
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

    with client_of(answer) as (client, server):
        with pytest.raises(kind, match=str(status)) as caught:
            client.me()
        assert server.url in str(caught.value)
        assert "secret" not in str(caught.value)


def test_an_address_that_is_none_is_rejected_and_nobody_there_is_unavailable() -> None:
    with pytest.raises(DoccanoRejected, match="NERLOOP_DOCCANO_URL"):
        AdminClient("gopher://doccano", "ann", PASSWORD).me()
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
        with pytest.raises(DoccanoUnavailable, match="ReadTimeout"):
            client.me()


@pytest.mark.parametrize(("timeout", "limits"), [(30.0, (10.0, 30.0)), (3.0, (3.0, 3.0))])
def test_every_request_has_time_limits(timeout: float, limits: tuple[float, float]) -> None:
    network = Raising(requests.ConnectionError("down"))
    session = requests.Session()
    session.mount("http://", network)
    with pytest.raises(DoccanoUnavailable):
        AdminClient("http://doccano", "ann", PASSWORD, timeout=timeout, session=session).me()
    assert network.options["timeout"] == limits


def test_reading_is_repeated_until_it_works() -> None:
    statuses = iter([503, DROP, 502, 200])

    def answer(method: str, path: str, token: str | None) -> Answer:
        return Answer() if path.endswith("/login/") else Answer(next(statuses), PROJECT)

    with client_of(answer) as (client, server):
        assert client.project(3).name == "papers"
        assert server.count("GET", "/v1/projects/3") == 4


def test_reading_is_repeated_only_so_often() -> None:
    def answer(method: str, path: str, token: str | None) -> Answer:
        return Answer() if path.endswith("/login/") else Answer(503, "<html>")

    with client_of(answer) as (client, server):
        with pytest.raises(DoccanoUnavailable, match="503"):
            client.project(3)
        assert server.count("GET", "/v1/projects/3") == ATTEMPTS + 1


def test_the_login_is_repeated() -> None:
    statuses = iter([DROP, 503])

    def answer(method: str, path: str, token: str | None) -> Answer:
        return Answer(next(statuses, 200)) if path.endswith("/login/") else Answer(200, PROJECT)

    with client_of(answer) as (client, server):
        assert client.project(3).id == 3
        assert server.count("POST", "/v1/auth/login/") == 3


@pytest.mark.parametrize("status", [DROP, 500, 502, 503, 504, 429])
def test_writing_is_never_repeated(status: int) -> None:
    def answer(method: str, path: str, token: str | None) -> Answer:
        return Answer() if path.endswith("/login/") else Answer(status, "<html>")

    with client_of(answer) as (client, server):
        with pytest.raises(DoccanoUnavailable):
            client.add_span(3, 5, 0, 1, 7)
        with pytest.raises(DoccanoUnavailable):
            client.delete_example(3, 5)
        assert server.count("POST", "/v1/projects/3/examples/5/spans") == 1
        assert server.count("DELETE", "/v1/projects/3/examples/5") == 1


@pytest.mark.parametrize("status", [DROP, 502])
def test_the_confirm_toggle_is_never_repeated(status: int) -> None:
    def answer(method: str, path: str, token: str | None) -> Answer:
        if path.endswith("/login/"):
            return Answer()
        return Answer(status) if method == "POST" else Answer(200, EMPTY_PAGE)

    with client_of(answer) as (client, server):
        with pytest.raises(DoccanoUnavailable):
            client.set_confirmed(3, 5, confirmed=True)
        assert server.count("POST", STATES) == 1


def test_the_confirm_toggle_is_not_touched_when_the_state_is_right_already() -> None:
    state = {"id": 1, "confirmed_by": 2, "confirmed_at": "2026-11-01T00:00:00Z"}

    def answer(method: str, path: str, token: str | None) -> Answer:
        return (
            Answer() if path.endswith("/login/") else Answer(200, {"count": 1, "results": [state]})
        )

    with client_of(answer) as (client, server):
        client.set_confirmed(3, 5, confirmed=True)
        assert server.count("POST", STATES) == 0


def test_a_toggle_that_met_somebody_elses_is_undone_and_then_given_up() -> None:
    def answer(method: str, path: str, token: str | None) -> Answer:
        # Somebody ticks between every look and every toggle, so that the toggle takes it back.
        if path.endswith("/login/"):
            return Answer()
        return Answer(201, {}) if method == "POST" else Answer(200, EMPTY_PAGE)

    with client_of(answer) as (client, server):
        with pytest.raises(DoccanoUnavailable, match="somebody else"):
            client.set_confirmed(3, 5, confirmed=True)
        assert server.count("POST", STATES) == server.count("GET", STATES) == 3


def test_a_refused_token_is_renewed_once_and_the_request_repeated() -> None:
    def answer(method: str, path: str, token: str | None) -> Answer:
        return Answer() if token == "Token token2" or token is None else Answer(403, {})

    with client_of(answer) as (client, server):
        client.delete_example(3, 5)
        client.delete_example(3, 6)
        assert server.count("POST", "/v1/auth/login/") == 2
        assert server.count("DELETE", "/v1/projects/3/examples/5") == 2
        assert server.count("DELETE", "/v1/projects/3/examples/6") == 1


def test_missing_rights_are_said_with_the_remedy() -> None:
    def answer(method: str, path: str, token: str | None) -> Answer:
        return Answer() if token is None else Answer(403, {"detail": "You do not have permission"})

    with client_of(answer) as (client, server):
        with pytest.raises(DoccanoAuthError, match=r"permission.*'ann' a project_admin"):
            client.delete_example(3, 5)
        assert server.count("DELETE", "/v1/projects/3/examples/5") == 2


def test_a_refused_login_names_the_settings_and_never_the_password() -> None:
    def answer(method: str, path: str, token: str | None) -> Answer:
        return Answer(400, {"non_field_errors": [f"no {PASSWORD}"]})

    with client_of(answer) as (client, _):
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
        client_of(answer) as (client, _),
        pytest.raises(DoccanoRejected, match="is wrong") as caught,
    ):
        client.me()
    for secret in (PASSWORD, "token1", "token2"):
        assert secret not in str(caught.value) + caplog.text + repr(client)


def test_credentials_in_the_address_are_not_shown() -> None:
    session = requests.Session()
    session.mount("http://", Raising(requests.ConnectionError("down")))
    client = AdminClient("http://ann:hunter2@doccano/", "ann", PASSWORD, session=session)
    with pytest.raises(DoccanoUnavailable, match="http://doccano did not answer") as caught:
        client.me()
    assert "hunter2" not in str(caught.value) + client.url


@pytest.mark.parametrize("payload", ["<html>Doccano</html>", [], {"id": "x"}, None, {"id": 3}])
def test_an_answer_of_the_wrong_shape_is_rejected_with_a_remedy(payload: object) -> None:
    def answer(method: str, path: str, token: str | None) -> Answer:
        return Answer() if path.endswith("/login/") else Answer(200, payload)

    with client_of(answer) as (client, _), pytest.raises(DoccanoRejected, match="projects/3"):
        client.project(3)


EVERY_METHOD: dict[str, Callable[[AdminClient], object]] = {
    "me": lambda c: c.me(),
    "users": lambda c: c.users(),
    "create_user": lambda c: c.create_user("u", "p"),
    "projects": lambda c: c.projects(),
    "project": lambda c: c.project(3),
    "create_project": lambda c: c.create_project("n"),
    "members": lambda c: c.members(3),
    "add_member": lambda c: c.add_member(3, 4),
    "label_types": lambda c: c.label_types(3),
    "create_label": lambda c: c.create_label(3, "L"),
    "examples": lambda c: c.examples(3),
    "example": lambda c: c.example(3, 5),
    "create_example": lambda c: c.create_example(3, "t"),
    "spans": lambda c: c.spans(3, 5),
    "add_span": lambda c: c.add_span(3, 5, 0, 1, 7),
    "states": lambda c: c.states(3, 5),
    "set_confirmed": lambda c: c.set_confirmed(3, 5, confirmed=True),
    "progress": lambda c: c.progress(3),
    "member_progress": lambda c: c.member_progress(3),
    "span_distribution": lambda c: c.span_distribution(3),
    "export_approved": lambda c: c.export_approved(3),
    "upload_jsonl": lambda c: c.upload_jsonl(3, [{"text": "t", "label": []}]),
    "configs": lambda c: c.auto_labeling.configs(3),
    "create_config": lambda c: c.auto_labeling.create_config(3, AutoLabelConfig({})),
    "update_config": lambda c: c.auto_labeling.update_config(3, AutoLabelConfig({}, id=1)),
}


@pytest.mark.parametrize("name", EVERY_METHOD)
@pytest.mark.parametrize(
    "payload", [None, 3, "<html>", ["x"], {"results": 3}, {"count": 1, "ready": True, "result": 5}]
)
def test_whatever_answers_in_doccanos_place_no_other_error_comes_out(
    name: str, payload: object
) -> None:
    def answer(method: str, path: str, token: str | None) -> Answer:
        return Answer() if path.endswith("/login/") else Answer(200, payload)

    with client_of(answer) as (client, _), pytest.raises(DoccanoRejected, match=r"NERLOOP_|no zip"):
        EVERY_METHOD[name](client)


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
        return Answer(200, {"key": "k"} if path.endswith("/login/") else PROJECT, cookies)

    adapter = requests.adapters.HTTPAdapter()
    session = requests.Session()
    session.mount("http://", Watching())
    with scripted(answer) as server:
        client = AdminClient(server.url, "ann", PASSWORD, session=session)
        client.project(3)
        client.project(3)
    assert sent == [None, None, None]
