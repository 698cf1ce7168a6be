import pytest
import requests

from benchmarks.answers import auto_label
from server.web.doccano import MODEL_HEADER
from tests.support.doccano.scripted_http import Answer, scripted


def asked(answer: Answer) -> None:
    with scripted(lambda *_: answer) as server, requests.Session() as http:
        auto_label(http, f"{server.url}/doccano/papers", "a text", "v0001")


def test_an_answer_of_the_version_counts_whatever_its_spans() -> None:
    asked(Answer(payload=[], headers={MODEL_HEADER: "v0001"}))


def test_an_error_is_not_timed_as_an_answer() -> None:
    with pytest.raises(requests.HTTPError, match="500"):
        asked(Answer(500, headers={MODEL_HEADER: "v0001"}))


@pytest.mark.parametrize(("headers", "who"), [({}, "no model"), ({MODEL_HEADER: "v0002"}, "v0002")])
def test_an_answer_that_the_version_did_not_give_is_not_timed(
    headers: dict[str, str], who: str
) -> None:
    with pytest.raises(ValueError, match=f"answered by {who}, not v0001"):
        asked(Answer(payload=[], headers=headers))
