"""The API for clients other than Doccano."""

import threading
from collections.abc import Callable

import pytest

from server.web.api import FREE_THREADS
from server.web.schemas import MOST_TEXTS
from tests.support.running.serving import PROJECT, Rig
from tests.support.training.fake_tagger import FakeTagger
from worker.store.labels import sync_labels

PREDICT = f"/api/v1/projects/{PROJECT}/predict"
MODEL = f"/api/v1/projects/{PROJECT}/model"
WAIT = 30


def test_a_batch_is_predicted_in_code_points_with_scores_and_version(rig: Rig) -> None:
    rig.promote_words()
    response = rig.predict(["😀 Oslo", "", "Ada"])
    assert response.status_code == 200
    assert response.headers["X-Nerloop-Model"] == "v0001"
    assert response.get_json() == {
        "model_version": "v0001",
        "predictions": [
            {"spans": [{"start": 2, "end": 6, "label": "LOC", "score": 0.5}]},
            {"spans": []},
            {"spans": [{"start": 0, "end": 3, "label": "PER", "score": 0.5}]},
        ],
    }


def test_nothing_is_recorded_and_asking_again_gives_the_same(rig: Rig) -> None:
    rig.promote_words()
    assert rig.predict(["Oslo"]).get_json() == rig.predict(["Oslo"]).get_json()
    assert rig.served() == []


def test_a_renamed_label_has_its_new_name_and_a_deleted_one_the_models(rig: Rig) -> None:
    rig.promote_words()
    with rig.store.begin() as session:
        sync_labels(session, PROJECT, {1: "PLACE"})
    (prediction,) = rig.predict(["Oslo Ada"]).get_json()["predictions"]
    assert [span["label"] for span in prediction["spans"]] == ["PLACE", "PER"]


def test_batches_leave_threads_to_doccanos_calls(new_rig: Callable[..., Rig]) -> None:
    rig = new_rig(server_threads=FREE_THREADS + 1)
    tagger = rig.promote_words()
    tagger.asked.clear()
    tagger.gate.clear()
    first = threading.Thread(target=rig.predict, args=[["Oslo"]])
    first.start()
    assert tagger.asked.wait(WAIT)
    second = rig.predict(["Ada"])
    tagger.gate.set()
    first.join(WAIT)
    assert (second.status_code, second.headers["Retry-After"]) == (503, "5")
    assert rig.predict(["Ada"]).status_code == 200


def test_without_a_model_predictions_are_unavailable(rig: Rig) -> None:
    rig.champions.check()
    response = rig.predict(["Oslo"])
    assert response.status_code == 503
    assert "no model yet" in response.get_json()["message"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"texts": []},
        {"texts": "Oslo"},
        {"texts": [7]},
        {"texts": ["a"] * (MOST_TEXTS + 1)},
        {"texts": ["a"], "text": "b"},
        ["a"],
    ],
)
def test_a_wrong_body_is_refused_by_its_field(rig: Rig, body: object) -> None:
    response = rig.client.post(PREDICT, json=body, headers=rig.bearer())
    assert response.status_code == 422
    assert response.get_json()["detail"]["json"]


def test_a_text_that_the_model_cannot_process_is_an_error_without_its_message(rig: Rig) -> None:
    rig.promote(rig.add(FakeTagger({}, poison="poison")))
    response = rig.predict(["poison"])
    assert response.status_code == 500
    assert "secret" not in response.get_data(as_text=True)


def test_when_too_many_texts_wait_the_client_is_refused(rig: Rig) -> None:
    tagger = rig.promote_words()
    tagger.gate.clear()
    for first in range(0, 256, MOST_TEXTS):
        rig.champions.ask(PROJECT, [f"text {first + i}" for i in range(MOST_TEXTS)])
    response = rig.predict([f"other {i}" for i in range(MOST_TEXTS)])
    tagger.gate.set()
    assert response.status_code == 503
    assert "texts wait" in response.get_json()["message"]


def test_the_model_is_shown_with_its_origin_and_scores(rig: Rig) -> None:
    rig.promote_words(scores={"strict": {"micro": {"f1": 0.8}}}, documents=12)
    shown = rig.client.get(MODEL, headers=rig.bearer()).get_json()
    assert shown["version"] == "v0001"
    assert shown["labels"] == ["LOC", "PER"]
    assert shown["documents"] == 12
    assert shown["reason"] == "better"
    assert shown["scores"] == {"strict": {"micro": {"f1": 0.8}}}


def test_before_the_first_model_there_is_none_to_show(rig: Rig) -> None:
    assert rig.client.get(MODEL, headers=rig.bearer()).status_code == 503  # not looked yet
    rig.champions.check()
    response = rig.client.get(MODEL, headers=rig.bearer())
    assert response.status_code == 404
    assert "no model yet" in response.get_json()["message"]
