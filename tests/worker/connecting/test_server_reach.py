"""What a request from this machine says about the server that Doccano calls."""

import json
import re
from collections.abc import Callable

import pytest
import requests
from requests.adapters import BaseAdapter

from worker.connecting import server_reach
from worker.connecting.server_reach import ServerReach, is_loopback, local_url, reach_server, remedy

URL = "http://127.0.0.1:8200/doccano/papers"


class Answering(BaseAdapter):
    """Answers every request with the result of a function."""

    def __init__(self, answer: Callable[[requests.PreparedRequest], requests.Response]) -> None:
        super().__init__()
        self._answer = answer

    def send(self, request: requests.PreparedRequest, **_: object) -> requests.Response:  # type: ignore[override]
        return self._answer(request)

    def close(self) -> None:
        pass


def ask(status: int, body: str) -> ServerReach:
    def answer(request: requests.PreparedRequest) -> requests.Response:
        assert request.headers["Authorization"] == "Bearer nlp_x"
        assert json.loads(request.body or b"") == {"text": "a probe"}
        response = requests.Response()
        response.status_code = status
        response._content = body.encode()
        return response

    session = requests.Session()
    session.mount("http://", Answering(answer))
    return reach_server(URL, "nlp_x", "a probe", session=session)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, '[{"label": "A", "start_offset": 0, "end_offset": 7}]', ServerReach.ANSWERS),
        (200, "[]", ServerReach.STRANGE),
        (200, '{"ok": true}', ServerReach.STRANGE),
        (200, "<html>", ServerReach.STRANGE),
        (302, "[]", ServerReach.STRANGE),
        (401, "[]", ServerReach.REFUSES),
        (404, "[]", ServerReach.NO_PROJECT),
        (404, "<html>", ServerReach.STRANGE),
    ],
)
def test_answers_are_classified(status: int, body: str, expected: ServerReach) -> None:
    assert ask(status, body) is expected


def test_a_server_that_does_not_answer_is_silent() -> None:
    def refuse(_: requests.PreparedRequest) -> requests.Response:
        raise requests.ConnectionError

    session = requests.Session()
    session.mount("http://", Answering(refuse))
    assert reach_server(URL, "nlp_x", "a probe", session=session) is ServerReach.SILENT


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8200/x", True),
        ("http://127.9.9.9/x", True),
        ("http://localhost:8200/x", True),
        ("http://[::1]:8200/x", True),
        ("http://nerloop:8200/x", False),
        ("http://192.168.1.2:8200/x", False),
    ],
)
def test_loopback_addresses_are_recognised(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected


LOOPBACK = "127.0.0.1"
ELSEWHERE = "http://nerloop:8200/doccano/papers"


def test_the_remedy_for_a_loopback_address_that_doccano_cannot_reach_names_containers() -> None:
    message = remedy(
        ServerReach.ANSWERS, URL, LOOPBACK, ServerReach.ANSWERS, loopback=ServerReach.ANSWERS
    )
    assert "container" in message
    assert "NERLOOP_SERVER_URL" in message
    assert "host.docker.internal:8200" in message
    other = remedy(
        ServerReach.ANSWERS, ELSEWHERE, LOOPBACK, ServerReach.ANSWERS, loopback=ServerReach.ANSWERS
    )
    assert "container" not in other


@pytest.mark.parametrize("reach", list(ServerReach))
def test_every_remedy_names_the_address(reach: ServerReach) -> None:
    assert URL in remedy(reach, URL, LOOPBACK, reach, loopback=reach)


@pytest.mark.parametrize(
    ("host", "here", "expected"),
    [
        (LOOPBACK, ServerReach.ANSWERS, "listens on 127.0.0.1 alone; set NERLOOP_SERVER_HOST"),
        (LOOPBACK, ServerReach.SILENT, "start `nerloop up` .* with NERLOOP_SERVER_HOST=0.0.0.0"),
        (
            "0.0.0.0",
            ServerReach.ANSWERS,
            "although the server runs on this machine; start it again with "
            "NERLOOP_SERVER_HOST=0.0.0.0, if it was started without; otherwise set",
        ),
        ("0.0.0.0", ServerReach.SILENT, "start `nerloop up` .*server`\\) and connect again$"),
    ],
)
def test_a_silent_address_other_than_loopback_is_explained_by_where_the_server_listens(
    host: str, here: ServerReach, expected: str
) -> None:
    said = remedy(ServerReach.SILENT, ELSEWHERE, host, here, loopback=here)
    assert re.search(expected, said)


@pytest.mark.parametrize(
    ("own", "loopback", "expected"),
    [
        (True, ServerReach.ANSWERS, "listens on 127.0.0.1 alone; .*SERVER_HOST=there as this com"),
        (True, ServerReach.STRANGE, "from here either; start `nerloop up`"),
        (False, ServerReach.ANSWERS, "there is no address of this machine: set it to one"),
    ],
)
def test_a_server_that_listens_elsewhere_on_this_machine_is_found(
    monkeypatch: pytest.MonkeyPatch, own: bool, loopback: ServerReach, expected: str
) -> None:
    monkeypatch.setattr(server_reach, "is_own_address", lambda _: own)
    silent = ServerReach.SILENT
    said = remedy(silent, ELSEWHERE, "there", silent, loopback=loopback)
    assert re.search(expected, said)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", "http://127.0.0.1:8300/doccano/papers"),
        ("0.0.0.0", "http://127.0.0.1:8300/doccano/papers"),
        ("::", "http://[::1]:8300/doccano/papers"),
    ],
)
def test_the_server_is_asked_where_it_listens(host: str, expected: str) -> None:
    assert local_url("https://nerloop.example.org/doccano/papers", host, 8300) == expected
