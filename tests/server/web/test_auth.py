"""Tokens of requests, compared with those of the store."""

from base64 import b64encode
from collections.abc import Callable

import pytest

from server.web.auth import KEPT_SECONDS
from tests.support.running.serving import NOW, PROJECT, Rig
from worker.store.tokens import SERVICE, issue_token

MODEL = f"/api/v1/projects/{PROJECT}/model"


def status(rig: Rig, path: str, headers: dict[str, str]) -> int:
    return rig.client.get(path, headers=headers).status_code


def test_the_token_may_be_the_password_of_basic_authentication(rig: Rig) -> None:
    word = b64encode(f"anyone:{rig.token('admin', SERVICE)}".encode()).decode()
    assert status(rig, "/metrics", {"Authorization": f"Basic {word}"}) == 200


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer ", "Basic", "Basic !!", "Digest a=b", "Bearer \xff", "x" * 9]
)
def test_a_malformed_header_gives_no_access(rig: Rig, value: str) -> None:
    assert status(rig, MODEL, {"Authorization": value}) == 401


def test_a_rotated_token_stops_working_after_a_few_seconds(new_rig: Callable[..., Rig]) -> None:
    time = [0.0]
    rig = new_rig(monotonic=lambda: time[0])
    rig.promote_words()
    old = rig.bearer("admin")
    assert status(rig, MODEL, old) == 200
    with rig.store.begin() as session:
        new = issue_token(session, "admin", PROJECT, NOW)
    assert status(rig, MODEL, {"Authorization": f"Bearer {new}"}) == 200
    assert status(rig, MODEL, old) == 200
    time[0] = KEPT_SECONDS
    assert status(rig, MODEL, old) == 401


def test_a_token_that_fits_is_not_looked_up_for_a_while(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.promote_words()
    headers = rig.bearer("admin")
    assert status(rig, MODEL, headers) == 200
    monkeypatch.setattr("server.web.auth.token_matches", lambda *_: pytest.fail("looked up"))
    assert status(rig, MODEL, headers) == 200


def test_a_token_that_does_not_fit_yet_fits_once_it_is_issued(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.promote_words()
    monkeypatch.setattr("worker.store.tokens.secrets.token_urlsafe", lambda _: "known")
    headers = {"Authorization": "Bearer nla_known"}
    assert status(rig, MODEL, headers) == 401
    rig.token("admin")
    assert status(rig, MODEL, headers) == 200
