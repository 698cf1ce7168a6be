"""A real server under constant load while the champion changes."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby, pairwise
from pathlib import Path

import pytest
import requests

from benchmarks.server_process import ServerProcess
from ner.spans import Span
from ner.versions.manifest import Sample
from ner.versions.registry import Registry
from tests.support.models.constant_model import build_constant_model, words_as_spans
from tests.support.models.model_folders import make_manifest
from tests.support.models.tiny_model import build_tiny_base_model
from tests.support.running.processes import wait_until
from worker.store.database import open_store
from worker.store.labels import sync_labels
from worker.store.tokens import SERVICE, issue_token

PROJECT = "papers"
LABELS = {"v0001": "ALPHA", "v0002": "BETA", "v0003": "GAMMA"}
CLIENTS = 16
SAMPLE = "a b c"


@dataclass
class Client:
    """The answers to one client, in order: status codes and versions."""

    number: int
    statuses: list[int] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)


@dataclass
class Service:
    """A running server with its registry and a token."""

    process: ServerProcess
    registry: Registry
    token: str

    def promote(self, version: str, *, expected: str | None) -> None:
        self.registry.promote(version, expected=expected, reason="better")

    def post(self, path: str, body: object) -> requests.Response:
        return requests.post(
            f"{self.process.url}{path}", json=body, headers=self._headers, timeout=120
        )

    def predicted(self) -> float:
        """The number of texts that were passed to a model."""
        url = f"{self.process.url}/metrics"
        text = requests.get(url, headers=self._headers, timeout=60).text
        series = 'nerloop_cache_lookups_total{project="papers",result="miss"} '
        (line,) = (line for line in text.splitlines() if line.startswith(series))
        return float(line.removeprefix(series))

    def ask_doccano(self, text: str) -> tuple[int, str]:
        """The status and the version; asserts that all spans are from that version."""
        response = self.post(f"/doccano/{PROJECT}", {"text": text})
        version = response.headers["X-Nerloop-Model"]
        assert response.json() == [
            {"label": span.label, "start_offset": span.start, "end_offset": span.end}
            for span in words_as_spans(text, LABELS[version])
        ]
        return response.status_code, version

    def ask_api(self, texts: list[str]) -> tuple[int, str]:
        """The status and the version; asserts that every prediction is from that version."""
        response = self.post(f"/api/v1/projects/{PROJECT}/predict", {"texts": texts})
        body = response.json()
        version = body["model_version"]
        assert response.headers["X-Nerloop-Model"] == version
        for text, prediction in zip(texts, body["predictions"], strict=True):
            found = tuple(
                Span(span["start"], span["end"], span["label"]) for span in prediction["spans"]
            )
            assert found == words_as_spans(text, LABELS[version])
        return response.status_code, version

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A server that answers with the first of three versions."""
    process = ServerProcess(tmp_path, PROJECT, answer_seconds=30)
    registry = Registry(process.data / "models", PROJECT)
    base = build_tiny_base_model(tmp_path / "base", ["a b c d e f"])
    for version, label in LABELS.items():
        folder = build_constant_model(base, tmp_path / label, label)
        samples = (Sample(SAMPLE, words_as_spans(SAMPLE, label)),)
        manifest = make_manifest(labels=(label,), samples=samples)
        assert registry.add(folder, manifest).name == version
    store = open_store(f"sqlite:///{process.data / 'nerloop.sqlite3'}")
    with store.begin() as session:
        sync_labels(session, PROJECT, dict(enumerate(LABELS.values())))
        token = issue_token(session, "admin", SERVICE, datetime(2026, 11, 24, tzinfo=UTC))
    store.close()
    registry.promote("v0001", expected=None, reason="first")
    process.service_token = token
    process.start()
    try:
        process.wait_until_served("v0001")
        yield Service(process, registry, token)
    finally:
        process.stop()


def load(service: Service, client: Client, done: threading.Event) -> None:
    """Sends requests with the client's 26 texts in turn until `done` is set."""
    while not done.is_set():
        letter = chr(ord("a") + len(client.statuses) % 26)
        text = " ".join([letter] * (1 + client.number))
        if client.number % 4:
            status, version = service.ask_doccano(text)
        else:
            status, version = service.ask_api([text, SAMPLE])
        client.statuses.append(status)
        client.versions.append(version)


def test_no_request_fails_and_none_mixes_versions_while_champions_change(service: Service) -> None:
    done = threading.Event()
    clients = [Client(number) for number in range(CLIENTS)]
    order = ["v0001", "v0002", "v0003", "v0001"]
    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(load, service, client, done) for client in clients]
        try:
            wait_until("an answer for every client", lambda: all(c.versions for c in clients))
            for old, new in pairwise(order):
                service.promote(new, expected=old)
                wait_until(
                    f"every client to be answered by {new}",
                    lambda new=new: (
                        all(client.versions[-1] == new for client in clients)
                        or any(future.done() for future in running)
                    ),
                )
        finally:
            done.set()
        for future in running:
            future.result()
    assert {status for client in clients for status in client.statuses} == {200}
    for client in clients:
        changes = [version for version, _ in groupby(client.versions)]
        assert changes == order


def test_a_corrupt_folder_is_never_served_not_even_after_a_restart(service: Service) -> None:
    service.promote("v0002", expected="v0001")
    service.process.wait_until_served("v0002")
    weights = service.registry.get("v0003").path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    pointer = service.registry.folder / "champion.json"
    pointer.write_text(pointer.read_text().replace('"v0002"', '"v0003"'))

    wait_until("the refusal in the log", lambda: "changed or cut short" in service.process.log)
    assert service.ask_doccano("a b") == (200, "v0002")
    assert service.process.readiness() == (200, {PROJECT: "v0002"})

    service.process.stop()
    service.process.start()
    wait_until("the next refusal", lambda: service.process.log.count("changed or cut short") == 2)
    assert service.process.readiness() == (503, {})
    nothing = service.post(f"/doccano/{PROJECT}", {"text": "a b"})
    assert (nothing.status_code, nothing.json()) == (200, [])


def test_what_was_accepted_is_answered_before_the_server_ends(service: Service) -> None:
    before = service.predicted()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(service.ask_api, [" ".join("a" * 40_000)])
        wait_until("the request to be taken", lambda: service.predicted() > before or asked.done())
        service.process.stop()
        assert asked.result() == (200, "v0001")
