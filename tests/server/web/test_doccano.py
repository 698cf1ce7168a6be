"""The route that Doccano's auto-labeling calls: spans, or an empty list for every error."""

import json
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.errors import StoreError
from ner.spans import Span
from ner.text.offsets import OffsetMap, OffsetUnit
from server.web.doccano import doccano_spans
from tests.support.running.serving import PROJECT, Rig

PATH = f"/doccano/{PROJECT}"


def fail(*_arguments: object, **_options: object) -> None:
    raise StoreError("the store cannot be used: secret")


def test_a_text_is_answered_with_the_models_spans_and_its_version(rig: Rig) -> None:
    rig.promote_words()
    response = rig.ask("Ada went to Oslo")
    assert response.status_code == 200
    assert response.get_json() == [
        {"label": "PER", "start_offset": 0, "end_offset": 3},
        {"label": "LOC", "start_offset": 12, "end_offset": 16},
    ]
    assert response.headers["X-Nerloop-Model"] == "v0001"


def test_offsets_count_utf16_units(rig: Rig) -> None:
    rig.promote_words()
    assert rig.ask("😀😀 Oslo").get_json()[0]["start_offset"] == 5


def test_offsets_count_clusters_in_a_grapheme_project(new_rig: Callable[..., Rig]) -> None:
    rig = new_rig(grapheme_mode=True)
    rig.promote_words()
    assert rig.ask("e\u0301\r\nOslo").get_json()[0]["start_offset"] == 2


def test_without_a_model_the_list_is_empty(rig: Rig) -> None:
    response = rig.ask("Oslo")
    assert (response.status_code, response.get_json()) == (200, [])
    assert "X-Nerloop-Model" not in response.headers


def test_other_keys_of_the_body_are_ignored(rig: Rig) -> None:
    rig.promote_words()
    response = rig.client.post(
        PATH, json={"text": "Oslo", "project": 7}, headers=rig.bearer("predict")
    )
    assert len(response.get_json()) == 1


@given(
    text=st.text(alphabet="a\u0301😀\U0001f3fd\u200d❤️\r\n ", min_size=1, max_size=12),
    cuts=st.sets(st.integers(0, 12), min_size=2),
    unit=st.sampled_from([OffsetUnit.UTF16, OffsetUnit.GRAPHEME]),
)
def test_converted_spans_are_sorted_inside_the_text_and_does_not_overlap(
    text: str, cuts: set[int], unit: OffsetUnit
) -> None:
    boundaries = sorted({min(cut, len(text)) for cut in cuts})
    spans = [Span(a, b, "X") for a, b in pairwise(boundaries)]
    sent = doccano_spans(text, spans, unit)
    edges = [edge for span in sent for edge in (span.start_offset, span.end_offset)]
    assert edges == sorted(edges)
    assert all(span.start_offset < span.end_offset for span in sent)
    assert all(edge <= OffsetMap(text, unit).length for edge in edges)
    assert bool(sent) == bool(spans)


@pytest.mark.parametrize(
    ("method", "path", "body", "content_type", "status", "reason"),
    [
        ("POST", PATH, "{", "application/json", 400, "bad_json"),
        ("POST", PATH, "", "application/json", 400, "bad_json"),
        ("POST", PATH, '"\\ud800"', "application/json", 400, "bad_json"),
        ("POST", PATH, "[" * 100_000, "application/json", 400, "bad_json"),
        ("POST", PATH, "[]", "application/json", 422, "no_text"),
        ("POST", PATH, "null", "application/json", 422, "no_text"),
        ("POST", PATH, '{"text": 7}', "application/json", 422, "no_text"),
        ("POST", PATH, '{"text": "x"}', "text/plain", 415, "not_json"),
        ("POST", PATH, json.dumps({"text": "x" * 2000}), "application/json", 413, "too_large"),
        ("GET", PATH, "", "application/json", 405, "wrong_method"),
        ("PUT", PATH, "{}", "application/json", 405, "wrong_method"),
        ("OPTIONS", PATH, "", "application/json", 405, "wrong_method"),
        ("POST", "/doccano/nowhere", "{}", "application/json", 404, "unknown_project"),
        ("POST", "/doccano", "{}", "application/json", 404, "unknown_project"),
        ("POST", "/doccano/", "{}", "application/json", 404, "unknown_project"),
        ("POST", f"{PATH}/more", "{}", "application/json", 404, "unknown_project"),
        ("POST", f"/doccano//{PROJECT}", "{}", "application/json", 404, "unknown_project"),
    ],
)
def test_every_refusal_is_an_empty_list_and_counted(
    new_rig: Callable[..., Rig],
    method: str,
    path: str,
    body: str,
    content_type: str,
    status: int,
    reason: str,
) -> None:
    rig = new_rig(max_body_bytes=1000 if status == 413 else 200_000)
    response = rig.client.open(
        path, method=method, data=body, content_type=content_type, headers=rig.service
    )
    assert (response.status_code, response.get_json()) == (status, [])
    project = PROJECT if path == PATH else "unknown"
    assert rig.metric("nerloop_empty_answers_total", project=project, reason=reason) == 1


def test_a_head_request_has_the_status_and_type_of_the_list(rig: Rig) -> None:
    response = rig.client.head(PATH)
    assert (response.status_code, response.content_type) == (405, "application/json")


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nlp_wrong"}])
def test_without_the_token_the_list_is_empty(rig: Rig, headers: dict[str, str]) -> None:
    rig.promote_words()
    response = rig.client.post(PATH, json={"text": "Oslo"}, headers=headers)
    assert (response.status_code, response.get_json()) == (401, [])
    assert rig.metric("nerloop_empty_answers_total", project=PROJECT, reason="unauthorized") == 1


def test_when_the_store_is_down_the_list_is_empty(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.promote_words()
    headers = rig.bearer("predict")
    monkeypatch.setattr(rig.store, "read", fail)
    response = rig.client.post(PATH, json={"text": "Oslo"}, headers=headers)
    assert (response.status_code, response.get_json()) == (503, [])
    assert rig.metric("nerloop_empty_answers_total", project=PROJECT, reason="store") == 1


def test_when_a_claim_cannot_be_written_the_list_is_empty(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.promote_words()
    headers = rig.bearer("predict")
    monkeypatch.setattr(rig.store, "begin", fail)
    response = rig.client.post(PATH, json={"text": "Oslo"}, headers=headers)
    assert (response.status_code, response.get_json()) == (503, [])


def test_an_unexpected_error_is_an_empty_list_too(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(*_arguments: object, **_options: object) -> None:
        raise RuntimeError("secret")

    headers = rig.bearer("predict")
    monkeypatch.setattr(rig.champions, "ask", break_down)
    response = rig.client.post(PATH, json={"text": "Oslo"}, headers=headers)
    assert (response.status_code, response.get_json()) == (500, [])
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text
    assert "Traceback" not in caplog.text
