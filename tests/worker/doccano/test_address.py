"""Addresses near Doccano's: below it, with the other scheme, of another program."""

import pytest
import requests

from ner.errors import DoccanoAuthError, DoccanoRejected
from server.demo.local_doccano import LocalDoccano
from tests.support.scripted_http import Answer, scripted
from worker.doccano import DoccanoClient


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
