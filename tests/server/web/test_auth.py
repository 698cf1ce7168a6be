"""Who may do what."""

from base64 import b64encode
from collections.abc import Callable

import pytest

from server.web.auth import KEPT_SECONDS
from tests.support.serving import NOW, PROJECT, Rig
from worker.store.tokens import SERVICE, TokenKind, issue

MODEL = f"/api/v1/projects/{PROJECT}/model"
DOCCANO = f"/doccano/{PROJECT}"


def status(rig: Rig, method: str, path: str, headers: dict[str, str]) -> int:
    body = {"text": "Oslo"} if method == "POST" else None
    return rig.client.open(path, method=method, json=body, headers=headers).status_code


@pytest.mark.parametrize(
    ("kind", "project", "opens"),
    [
        ("predict", PROJECT, {DOCCANO}),
        ("predict", "other", set()),
        ("admin", PROJECT, {DOCCANO, MODEL}),
        ("admin", "other", set()),
        ("admin", SERVICE, {DOCCANO, MODEL, "/metrics", "/docs/", "/openapi.json"}),
        (None, PROJECT, set()),
    ],
)
def test_each_token_opens_its_own_doors_only(
    rig: Rig, kind: TokenKind | None, project: str, opens: set[str]
) -> None:
    rig.promote_words()
    headers = rig.bearer(kind, project) if kind else {}
    paths = {DOCCANO, MODEL, "/metrics", "/docs/", "/openapi.json"}
    found = {
        path: status(rig, "POST" if path == DOCCANO else "GET", path, headers) for path in paths
    }
    assert found == {path: 200 if path in opens else 401 for path in paths}


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health_is_open_to_all(rig: Rig, path: str) -> None:
    rig.champions.check()
    assert status(rig, "GET", path, {}) == 200


def test_a_refusal_says_how_to_come_in(rig: Rig) -> None:
    response = rig.client.get(MODEL)
    assert response.headers["WWW-Authenticate"].startswith("Basic")
    assert "Bearer" in response.headers["WWW-Authenticate"]
    assert "admin token" in response.get_json()["message"]


def test_the_token_may_be_the_password_of_basic_authentication(rig: Rig) -> None:
    word = b64encode(f"anyone:{rig.token('admin', SERVICE)}".encode()).decode()
    assert status(rig, "GET", "/metrics", {"Authorization": f"Basic {word}"}) == 200


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer ", "Basic", "Basic !!", "Digest a=b", "Bearer \xff", "x" * 9]
)
def test_a_strange_header_opens_nothing(rig: Rig, value: str) -> None:
    assert status(rig, "GET", MODEL, {"Authorization": value}) == 401


def test_a_rotated_token_opens_nothing_after_a_few_seconds(new_rig: Callable[..., Rig]) -> None:
    time = [0.0]
    rig = new_rig(monotonic=lambda: time[0])
    rig.promote_words()
    old = rig.bearer("admin")
    assert status(rig, "GET", MODEL, old) == 200
    with rig.store.begin() as session:
        new = issue(session, "admin", PROJECT, NOW)
    assert status(rig, "GET", MODEL, {"Authorization": f"Bearer {new}"}) == 200
    assert status(rig, "GET", MODEL, old) == 200
    time[0] = KEPT_SECONDS
    assert status(rig, "GET", MODEL, old) == 401


def test_a_token_that_fits_is_not_looked_up_for_a_while(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.promote_words()
    headers = rig.bearer("admin")
    assert status(rig, "GET", MODEL, headers) == 200
    monkeypatch.setattr("server.web.auth.matches", lambda *_: pytest.fail("looked up"))
    assert status(rig, "GET", MODEL, headers) == 200


def test_a_token_that_does_not_fit_yet_fits_once_it_is_issued(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.promote_words()
    monkeypatch.setattr("worker.store.tokens.secrets.token_urlsafe", lambda _: "known")
    headers = {"Authorization": "Bearer nla_known"}
    assert status(rig, "GET", MODEL, headers) == 401
    rig.token("admin")
    assert status(rig, "GET", MODEL, headers) == 200
