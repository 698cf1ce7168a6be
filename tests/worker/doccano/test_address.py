"""Addresses near Doccano's: below it, with the other scheme, of another program."""

from pathlib import Path
from typing import Any

import pytest
import requests
from pydantic import AnyHttpUrl

from ner.errors import DoccanoAuthError, DoccanoRejected, DoccanoUnavailable
from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.scripted_http import Answer, scripted
from worker.doccano import DoccanoClient, address


class OutageAfterLogin(requests.Session):
    """Answers the login and nothing else."""

    def request(self, *arguments: Any, **_: Any) -> requests.Response:  # type: ignore[override]
        if not arguments[1].endswith("/auth/login/"):
            raise requests.ConnectionError("down")
        response = requests.Response()
        response.status_code = 200
        response.headers["Content-Type"] = "application/json"
        response._content = b'{"key": "token"}'
        return response


def client_at(url: str, doccano: LocalDoccano, *, password: str | None = None) -> DoccanoClient:
    # A plain session tries once; the time limit ends a handshake that the server never answers.
    return DoccanoClient(
        url,
        doccano.username,
        password or doccano.password,
        timeout=2,
        session=requests.Session(),
    )


@pytest.mark.parametrize("path", ["/projects/1", "/projects/1/", "/v1", "/auth"])
def test_the_address_of_a_page_is_answered_with_doccanos_own(
    doccano: LocalDoccano, path: str
) -> None:
    with pytest.raises(DoccanoRejected, match=f"set it to {doccano.url}, where Doccano answers"):
        client_at(doccano.url + path, doccano).projects()


def test_https_for_a_server_without_tls_is_answered_with_http(doccano: LocalDoccano) -> None:
    with pytest.raises(DoccanoRejected, match=f"set it to {doccano.url}, where"):
        client_at(doccano.url.replace("http:", "https:"), doccano).projects()


def test_the_search_for_a_scheme_sends_no_credentials(
    doccano: LocalDoccano, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ann password secret\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    with scripted(lambda *_: Answer(403, {"detail": "no"})) as server:
        https = server.url.replace("http://", "https://")
        for url in (https, https.replace("//", "//ann:secret@")):
            with pytest.raises(DoccanoRejected, match=f"set it to {server.url}, where"):
                client_at(url, doccano).projects()
        assert server.requests
        assert {credentials for _, _, credentials in server.requests} == {None}


def test_an_outage_after_a_login_is_no_wrong_scheme() -> None:
    with scripted(lambda *_: Answer(403, {"detail": "no"})) as server:
        session = OutageAfterLogin()
        url = server.url.replace("http://", "https://")
        client = DoccanoClient(url, "ann", "secret", timeout=2, session=session)
        with pytest.raises(DoccanoUnavailable):
            client.projects()
        assert server.requests == []


def test_http_is_not_tried_at_another_port_than_that_of_https(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(address, "is_doccano", lambda url: bool(asked.append(url)))
    assert not address.answers_without_tls("https://doccano.example.org/doccano")
    assert asked == []
    assert not address.answers_without_tls("https://doccano.example.org:8000/doccano")
    assert asked == ["http://doccano.example.org:8000/doccano", "http://doccano.example.org:8000"]


def test_slashes_at_the_end_are_no_mistake(doccano: LocalDoccano) -> None:
    client_at(f"{doccano.url}//", doccano).projects()


def test_a_wrong_password_is_blamed_at_the_right_address_only(doccano: LocalDoccano) -> None:
    with pytest.raises(DoccanoAuthError, match="NERLOOP_DOCCANO_PASSWORD"):
        client_at(doccano.url, doccano, password="wrong").projects()


@pytest.mark.parametrize(
    "reply", [Answer(404, {"message": "no"}), Answer(501, "<html>"), Answer(200, "<html>")]
)
def test_another_program_is_not_taken_for_doccano(doccano: LocalDoccano, reply: Answer) -> None:
    with (
        scripted(lambda *_: reply) as server,
        pytest.raises(DoccanoRejected, match="is not Doccano; set it to the address of"),
    ):
        client_at(server.url, doccano).projects()


@pytest.mark.parametrize(
    "url",
    [
        "http://doccano.example/at",
        "http://doccano.example/at//",
        "HTTP://Doccano.EXAMPLE.:80/at/",
        "http://user:pass@doccano.example:80/at?page=1#top",
    ],
)
def test_ways_to_write_one_address_are_the_same_when_normalised(url: str) -> None:
    assert address.normalised(str(AnyHttpUrl(url))) == "http://doccano.example/at"


def test_other_addresses_stay_different_when_normalised() -> None:
    urls = [
        "https://doccano.example",
        "http://doccano.example",
        "http://doccano.example:8000",
        "http://doccano.example:443",
        "http://doccano.example/Doccano",
        "http://doccano.example/doccano",
        "http://127.0.0.1:8000",
        "http://[::1]:8000",
    ]
    assert [address.normalised(str(AnyHttpUrl(url))) for url in urls] == urls
