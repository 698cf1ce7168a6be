"""What is said when Doccano gets no answer, by where this machine finds a server."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest

from ner.errors import DoccanoUnavailable
from worker.connecting import server_reach
from worker.connecting.auto_label_config import wanted_config
from worker.connecting.connection import FindingLevel, Probe
from worker.connecting.round_trip import RoundTrip
from worker.connecting.server_reach import ServerReach


def no_answer(*_: object) -> None:
    raise DoccanoUnavailable("no answer")


def test_a_server_that_listens_on_the_loopback_address_alone_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server_reach, "is_own_address", lambda _: True)
    asked: list[str] = []

    def ask(url: str, _: str) -> ServerReach:
        asked.append(url)
        answers = urlsplit(url).netloc == "127.0.0.1:8200"
        return ServerReach.ANSWERS if answers else ServerReach.SILENT

    client: Any = SimpleNamespace(auto_labeling=SimpleNamespace(test_request=no_answer))
    round_trip = RoundTrip(client, 1, Probe("a text", ask), "192.0.2.7", 8200)
    finding = round_trip.prove(wanted_config("http://192.0.2.7:8200", "papers", "nlp_x"))
    assert finding.level is FindingLevel.PROBLEM
    assert "listens on 127.0.0.1 alone" in finding.text
    assert len(asked) == 2
    assert "NERLOOP_SERVER_HOST=192.0.2.7" in finding.text
