"""Requests that are safe to repeat are retried, others never are."""

import pytest

from ner.errors import DoccanoUnavailable
from tests.support.doccano.doccano_admin import AdminClient
from tests.support.doccano.scripted_http import DROP, PASSWORD, Answer, scripted, scripted_client
from worker.doccano.retries import ATTEMPTS

PROJECT = {
    "id": 3,
    "name": "papers",
    "project_type": "SequenceLabeling",
    "collaborative_annotation": True,
}


def test_reading_is_repeated_until_it_works() -> None:
    statuses = iter([503, DROP, 502, 200])

    def answer(method: str, path: str, token: str | None) -> Answer:
        return Answer() if path.endswith("/login/") else Answer(next(statuses), PROJECT)

    with scripted_client(answer) as (client, server):
        assert client.project(3).name == "papers"
        assert server.count("GET", "/v1/projects/3") == 4


def test_reading_is_given_up_after_a_number_of_attempts() -> None:
    def answer(method: str, path: str, token: str | None) -> Answer:
        return Answer() if path.endswith("/login/") else Answer(503, "<html>")

    with scripted_client(answer) as (client, server):
        with pytest.raises(DoccanoUnavailable, match="503"):
            client.project(3)
        assert server.count("GET", "/v1/projects/3") == ATTEMPTS + 1


def test_the_login_is_repeated() -> None:
    statuses = iter([DROP, 503])

    def answer(method: str, path: str, token: str | None) -> Answer:
        return Answer(next(statuses, 200)) if path.endswith("/login/") else Answer(200, PROJECT)

    with scripted_client(answer) as (client, server):
        assert client.project(3).id == 3
        assert server.count("POST", "/v1/auth/login/") == 3


@pytest.mark.parametrize("wanted", ["3600", "Fri, 01 Jan 2100 00:00:00 GMT", "soon", "9" * 5_000])
def test_the_pauses_between_attempts_stay_within_the_time_limit(
    wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(method: str, path: str, token: str | None) -> Answer:
        if path.endswith("/login/"):
            return Answer()
        return Answer(503, "<html>", {"Retry-After": wanted})

    pauses: list[float] = []
    monkeypatch.setattr("worker.doccano.retries.time.sleep", pauses.append)
    with scripted(answer) as server:
        client = AdminClient(server.url, "ann", PASSWORD, timeout=2)
        for _ in range(2):
            with pytest.raises(DoccanoUnavailable, match="503"):
                client.project(3)
            assert 0 < sum(pauses) <= 2
            pauses.clear()


@pytest.mark.parametrize("status", [DROP, 500, 502, 503, 504, 429])
def test_writing_is_never_repeated(status: int) -> None:
    def answer(method: str, path: str, token: str | None) -> Answer:
        return Answer() if path.endswith("/login/") else Answer(status, "<html>")

    with scripted_client(answer) as (client, server):
        with pytest.raises(DoccanoUnavailable):
            client.add_span(3, 5, 0, 1, 7)
        with pytest.raises(DoccanoUnavailable):
            client.delete_example(3, 5)
        assert server.count("POST", "/v1/projects/3/examples/5/spans") == 1
        assert server.count("DELETE", "/v1/projects/3/examples/5") == 1
