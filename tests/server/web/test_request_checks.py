"""What a request needs before its body is read: a token, a configured project, JSON."""

import pytest

from tests.support.running.serving import PROJECT, Rig
from worker.store.tokens import SERVICE, TokenKind

PREDICT = f"/api/v1/projects/{PROJECT}/predict"
MODEL = f"/api/v1/projects/{PROJECT}/model"
DOCCANO = f"/doccano/{PROJECT}"


def status(rig: Rig, method: str, path: str, headers: dict[str, str]) -> int:
    body = {"text": "Oslo"} if method == "POST" else None
    return rig.client.open(path, method=method, json=body, headers=headers).status_code


@pytest.mark.parametrize(
    ("kind", "project", "opened"),
    [
        ("predict", PROJECT, {DOCCANO}),
        ("predict", "other", set()),
        ("admin", PROJECT, {DOCCANO, MODEL}),
        ("admin", "other", set()),
        ("admin", SERVICE, {DOCCANO, MODEL, "/metrics", "/docs/", "/openapi.json"}),
        (None, PROJECT, set()),
    ],
)
def test_each_token_gives_access_to_its_own_routes_only(
    rig: Rig, kind: TokenKind | None, project: str, opened: set[str]
) -> None:
    rig.promote_words()
    headers = rig.bearer(kind, project) if kind else {}
    paths = {DOCCANO, MODEL, "/metrics", "/docs/", "/openapi.json"}
    answered = {
        path: status(rig, "POST" if path == DOCCANO else "GET", path, headers) for path in paths
    }
    assert answered == {path: 200 if path in opened else 401 for path in paths}


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health_needs_no_token(rig: Rig, path: str) -> None:
    rig.champions.check()
    assert status(rig, "GET", path, {}) == 200


@pytest.mark.parametrize("path", [MODEL, "/metrics", "/docs/", "/openapi.json", DOCCANO])
def test_a_refused_token_is_logged_without_the_token(
    rig: Rig, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    method = "POST" if path == DOCCANO else "GET"
    rig.client.open(path, method=method, headers={"Authorization": "Bearer nla_wrong"})
    (record,) = [record for record in caplog.records if record.levelname == "WARNING"]
    assert "papers" in record.getMessage() or path in record.getMessage()
    assert "nla_wrong" not in caplog.text


def test_a_refusal_names_the_accepted_schemes(rig: Rig) -> None:
    response = rig.client.get(MODEL)
    assert response.headers["WWW-Authenticate"].startswith("Basic")
    assert "Bearer" in response.headers["WWW-Authenticate"]
    assert "project token" in response.get_json()["message"]


def test_an_unknown_project_is_not_found(rig: Rig) -> None:
    response = rig.client.post(
        "/api/v1/projects/nowhere/predict", json={"texts": ["a"]}, headers=rig.service
    )
    assert response.status_code == 404
    assert "'nowhere'" in response.get_json()["message"]


def test_a_body_must_be_declared_as_json(rig: Rig) -> None:
    response = rig.client.post(
        PREDICT, data="{}", content_type="text/plain", headers=rig.bearer("admin")
    )
    assert response.status_code == 415
    assert "Content-Type" in response.get_json()["message"]
