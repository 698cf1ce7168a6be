"""What the application adds to every request and to its OpenAPI document."""

from tests.support.running.serving import Rig


def test_requests_and_predictions_are_counted(rig: Rig) -> None:
    rig.promote_words()
    rig.ask("Oslo")
    rig.predict(["Oslo", "Ada"])
    rig.client.get("/nowhere")
    text = rig.client.get("/metrics", headers=rig.service).get_data(as_text=True)
    for line in (
        'nerloop_requests_total{method="POST",route="/doccano/<project>",status="200"} 1.0',
        'nerloop_requests_total{method="any",route="unmatched",status="404"} 1.0',
        'nerloop_request_seconds_count{route="/doccano/<project>"} 1.0',
        'nerloop_cache_lookups_total{project="papers",result="hit"} 1.0',
        'nerloop_model_info{project="papers",version="v0001"} 1.0',
        'nerloop_queue_depth{project="papers"} 0.0',
    ):
        assert line in text.splitlines()


def test_the_document_does_not_repeat_the_host_of_a_request(rig: Rig) -> None:
    response = rig.client.get("/openapi.json", headers=rig.service | {"Host": "evil.example"})
    assert "evil.example" not in response.get_data(as_text=True)
