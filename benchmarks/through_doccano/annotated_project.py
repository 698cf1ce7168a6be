"""A project in a real Doccano with documents that nobody has opened, and a model that answers."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import requests
from prometheus_client.parser import text_string_to_metric_families

from benchmarks.running_up import POLL_SECONDS, PROJECT, RunningUp, running_up
from ner.versions.version import open_version
from server.demo.local_doccano import LocalDoccano, default_environment, ensure_doccano_environment
from worker.doccano import DoccanoClient
from worker.settings import Settings
from worker.store.database import open_store
from worker.store.tokens import SERVICE, issue_token

WAIT_SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatedProject:
    """The project, its loop, and the numbers of its documents in their order."""

    doccano: LocalDoccano
    number: int
    up: RunningUp
    examples: tuple[int, ...]
    token: str

    def new_client(self) -> DoccanoClient:
        """A client of Doccano with a connection of its own."""
        return DoccanoClient(self.doccano.url, self.doccano.username, self.doccano.password)

    def promote(self, model: Path) -> str:
        """Adds this version, makes it the champion, and waits until it answers."""
        self.up.command("models", "add", PROJECT, str(model.absolute()), "--promote")
        champion = self.up.registry.current()
        assert champion is not None
        labels = {"version": champion.version}
        self.wait_for("the version to answer", "nerloop_model_info", 1, **labels)
        return champion.version

    def metric(self, name: str, **labels: str) -> float:
        """The sum of the server's series with these labels."""
        headers = {"Authorization": f"Bearer {self.token}"}
        text = requests.get(f"{self.up.url}/metrics", headers=headers, timeout=60).text
        return sum(
            float(sample.value)
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    def wait_for(self, what: str, name: str, value: float, **labels: str) -> None:
        """Waits until the series has at least this value. Raises TimeoutError with `what`."""
        end = time.monotonic() + WAIT_SECONDS
        while self.metric(name, **labels) < value:
            if time.monotonic() > end:
                raise TimeoutError(f"waited {WAIT_SECONDS:.0f} s for {what}")
            time.sleep(POLL_SECONDS)


@contextmanager
def annotated_project(
    folder: Path, model: Path, texts: Sequence[str], *, project: str = "", **settings: object
) -> Iterator[AnnotatedProject]:
    """Starts Doccano and nerloop, uploads the texts, and promotes the model."""
    environment = ensure_doccano_environment(default_environment())
    with LocalDoccano(folder / "doccano", environment) as doccano:
        client = DoccanoClient(doccano.url, doccano.username, doccano.password)
        number = client.create_project("Measured", collaborative=True).id
        for label in open_version(model).manifest.labels:
            client.create_label(number, label)
        client.upload_jsonl(number, ({"text": text, "label": []} for text in texts))
        examples = tuple(sorted(example.id for example in client.examples(number)))
        with running_up(folder, doccano, number, project=project, **settings) as up:
            data = up.folder / ".nerloop"
            store = open_store(Settings(data_dir=data).resolved_store_url, migrate=False)
            with store.begin() as session:
                token = issue_token(session, "admin", SERVICE, datetime.now(UTC))
            store.close()
            annotated = AnnotatedProject(
                doccano=doccano, number=number, up=up, examples=examples, token=token
            )
            annotated.promote(model)
            yield annotated
