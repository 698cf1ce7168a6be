"""Errors are answered in JSON, without a traceback or the words of a foreign error."""

from collections.abc import Callable

import pytest

from ner.errors import StoreError
from tests.support.running.serving import PROJECT, Rig

PREDICT = f"/api/v1/projects/{PROJECT}/predict"
MODEL = f"/api/v1/projects/{PROJECT}/model"


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [("{", 400, "Bad Request"), ("x" * 2000, 413, "larger than 1000 bytes")],
)
def test_a_body_that_cannot_be_read_is_refused_in_json(
    new_rig: Callable[..., Rig], body: str, status: int, word: str
) -> None:
    rig = new_rig(max_body_bytes=1000)
    response = rig.client.post(
        PREDICT, data=body, content_type="application/json", headers=rig.bearer()
    )
    assert response.status_code == status
    assert word in response.get_json()["message"]


def test_the_wrong_method_is_refused_in_json(rig: Rig) -> None:
    response = rig.client.get(PREDICT, headers=rig.bearer())
    assert response.status_code == 405
    assert response.get_json()["message"] == "Method Not Allowed"
    assert "POST" in response.headers["Allow"]


def test_a_store_that_is_down_is_logged_and_not_shown(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise StoreError("the store cannot be used: secret")

    headers = rig.bearer()
    monkeypatch.setattr(rig.store, "read", fail)
    response = rig.client.get(MODEL, headers=headers)
    assert response.status_code == 503
    assert "secret" not in response.get_data(as_text=True)
    assert f"path={MODEL} the store cannot be used: secret" in caplog.text


def test_an_unexpected_error_is_logged_by_its_line_without_its_message(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(*_arguments: object, **_options: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(rig.champions, "ask", break_down)
    response = rig.predict(["Oslo"])
    assert response.status_code == 500
    assert response.get_json()["message"] == "nerloop failed; see the server's log"
    assert f"path={PREDICT} error=RuntimeError at={__file__}:" in caplog.text
    assert "secret" not in caplog.text
    assert "Traceback" not in caplog.text
