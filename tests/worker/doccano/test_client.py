"""The client's methods against scripted answers: the toggle of ticks, and answers of odd shape."""

from collections.abc import Callable

import pytest

from ner.errors import DoccanoRejected, DoccanoUnavailable
from tests.support.doccano.doccano_admin import AdminClient
from tests.support.doccano.scripted_http import DROP, Answer, scripted_client
from worker.doccano.models import AutoLabelConfig

STATES = "/v1/projects/3/examples/5/states"
EMPTY_PAGE = {"count": 0, "results": []}


@pytest.mark.parametrize("status", [DROP, 502])
def test_the_confirm_toggle_is_never_repeated(status: int) -> None:
    def answer(method: str, path: str, token: str | None) -> Answer:
        if path.endswith("/login/"):
            return Answer()
        return Answer(status) if method == "POST" else Answer(200, EMPTY_PAGE)

    with scripted_client(answer) as (client, server):
        with pytest.raises(DoccanoUnavailable):
            client.set_confirmed(3, 5, confirmed=True)
        assert server.count("POST", STATES) == 1


def test_the_confirm_toggle_is_not_used_when_the_document_is_ticked_already() -> None:
    state = {"id": 1, "confirmed_by": 2, "confirmed_at": "2026-11-01T00:00:00Z"}

    def answer(method: str, path: str, token: str | None) -> Answer:
        return (
            Answer() if path.endswith("/login/") else Answer(200, {"count": 1, "results": [state]})
        )

    with scripted_client(answer) as (client, server):
        client.set_confirmed(3, 5, confirmed=True)
        assert server.count("POST", STATES) == 0


def test_a_toggle_that_another_user_undoes_is_repeated_and_then_given_up() -> None:
    def answer(method: str, path: str, token: str | None) -> Answer:
        # Another user ticks between every look and every toggle, so that the toggle unticks.
        if path.endswith("/login/"):
            return Answer()
        return Answer(201, {}) if method == "POST" else Answer(200, EMPTY_PAGE)

    with scripted_client(answer) as (client, server):
        with pytest.raises(DoccanoUnavailable, match="another user"):
            client.set_confirmed(3, 5, confirmed=True)
        assert server.count("POST", STATES) == server.count("GET", STATES) == 3


EVERY_METHOD: dict[str, Callable[[AdminClient], object]] = {
    "me": lambda c: c.me(),
    "users": lambda c: c.users(),
    "create_user": lambda c: c.create_user("u", "p"),
    "projects": lambda c: c.projects(),
    "project": lambda c: c.project(3),
    "create_project": lambda c: c.create_project("n"),
    "members": lambda c: c.members(3),
    "add_member": lambda c: c.add_member(3, 4),
    "own_membership": lambda c: c.own_membership(3),
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
def test_no_method_raises_another_error_for_an_answer_of_odd_shape(
    name: str, payload: object
) -> None:
    def answer(method: str, path: str, token: str | None) -> Answer:
        return Answer() if path.endswith("/login/") else Answer(200, payload)

    with (
        scripted_client(answer) as (client, _),
        pytest.raises(DoccanoRejected, match=r"NERLOOP_|not a zip"),
    ):
        EVERY_METHOD[name](client)
