"""The server in the process of the test: real store, registry and routes, but fake taggers."""

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from apiflask import APIFlask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import TestResponse

from ner.text_tagger import ServedTagger
from ner.versions.registry import Registry
from server.metrics import Metrics
from server.serving.auto_label import Answer, AutoLabel
from server.serving.champions import Champions, ChampionSlot
from server.web.app import create_app
from tests.support.models.model_folders import make_manifest, make_model_folder
from tests.support.training.fake_tagger import FakeTagger
from worker.project_settings import ProjectSettings
from worker.settings import Settings
from worker.store.database import Store, open_store
from worker.store.database.schema import ServedRow
from worker.store.labels import sync_labels
from worker.store.projects import ProjectInfo, save_project
from worker.store.tokens import SERVICE, TokenKind, issue_token

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PROJECT = "papers"
LABELS = {1: "LOC", 2: "PER"}
WORDS = {"Oslo": "LOC", "Ada": "PER"}


@dataclass
class Rig:
    """A server with the project `PROJECT`, which has the labels LOC and PER."""

    settings: Settings
    store: Store
    metrics: Metrics
    champions: Champions
    registry: Registry
    auto_label: AutoLabel
    app: APIFlask
    taggers: dict[str, ServedTagger]
    folder: Path
    tokens: dict[tuple[TokenKind, str], str] = field(default_factory=dict)

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def add(self, tagger: ServedTagger, **manifest: object) -> str:
        """Adds a version that is loaded as this tagger; returns its name.

        `manifest` overrides fields of its manifest, whose labels have the project's keys.
        """
        number = len(list(self.folder.glob("source-*")))
        source = make_model_folder(self.folder / f"source-{number}", weights=bytes([number]))
        details = {"label_keys": {"LOC": "1", "PER": "2"}} | manifest
        name = self.registry.add(source, make_manifest(**details)).name
        self.taggers[name] = tagger
        return name

    def promote(self, name: str) -> None:
        """Makes the version the champion and loads it."""
        champion = self.registry.current()
        self.registry.promote(name, expected=champion and champion.version, reason="better")
        self.champions.check()

    def promote_words(self, words: Mapping[str, str] = WORDS, **manifest: object) -> FakeTagger:
        """Adds a version that finds these words, and makes it the champion."""
        tagger = FakeTagger(words, version=f"v{len(self.registry.names()) + 1:04d}")
        self.promote(self.add(tagger, **manifest))
        return tagger

    def token(self, kind: TokenKind, project: str = PROJECT) -> str:
        """The project's token of this kind, issued at the first call."""
        if (kind, project) not in self.tokens:
            with self.store.begin() as session:
                self.tokens[kind, project] = issue_token(session, kind, project, NOW)
        return self.tokens[kind, project]

    def bearer(self, kind: TokenKind = "admin", project: str = PROJECT) -> dict[str, str]:
        """The headers of a request with that token."""
        return {"Authorization": f"Bearer {self.token(kind, project)}"}

    @property
    def service(self) -> dict[str, str]:
        """The headers of a request with the service token."""
        return self.bearer("admin", SERVICE)

    def answer(self, text: str) -> Answer:
        """The answer to an auto-label call for the text, without HTTP."""
        return self.auto_label.answer(PROJECT, text)

    def ask(self, text: str, project: str = PROJECT) -> TestResponse:
        """Sends the request that Doccano sends when a document is opened."""
        return self.client.post(
            f"/doccano/{project}", json={"text": text}, headers=self.bearer("predict", project)
        )

    def predict(self, texts: list[str], project: str = PROJECT) -> TestResponse:
        """Sends the texts to the API."""
        return self.client.post(
            f"/api/v1/projects/{project}/predict",
            json={"texts": texts},
            headers=self.bearer("admin", project),
        )

    def served(self) -> list[ServedRow]:
        """The recorded auto-label calls, oldest first."""
        with self.store.read() as session:
            return session.query(ServedRow).order_by(ServedRow.id).all()

    def metric(self, name: str, **labels: str) -> float:
        """The value of one series, 0 if there is none."""
        for family in text_string_to_metric_families(self.metrics.render().decode()):
            for sample in family.samples:
                if sample.name == name and sample.labels == labels:
                    return sample.value
        return 0.0


def make_rig(
    folder: Path,
    *,
    empty_store: Path,
    store_url: str | None = None,
    project: Mapping[str, Any] | None = None,
    grapheme_mode: bool = False,
    monotonic: Callable[[], float] = time.monotonic,
    **settings: Any,
) -> Rig:
    """A server in `folder` with a copy of `empty_store`, a migrated SQLite file.

    `store_url` names another store, which has the newest schema and is empty. `project` has
    settings of the project, `settings` those of nerloop.
    """
    folder.mkdir()
    shutil.copy(empty_store, folder / "nerloop.sqlite3")
    configured = Settings(
        data_dir=folder,
        store_url=store_url,
        projects={PROJECT: ProjectSettings(doccano_project=1, **(project or {}))},
        **{"answer_seconds": 20} | settings,
    )
    store = open_store(configured.resolved_store_url, migrate=False)
    with store.begin() as session:
        sync_labels(session, PROJECT, LABELS)
        save_project(session, ProjectInfo(PROJECT, True, grapheme_mode, False, False, NOW))
    registry, metrics = Registry(configured.models_dir, PROJECT), Metrics()
    taggers: dict[str, ServedTagger] = {}
    slot = ChampionSlot(
        registry, metrics, load=lambda path: taggers[path.name], monotonic=monotonic
    )
    champions = Champions({PROJECT: slot})
    clocks: dict[str, Any] = {"clock": lambda: NOW, "monotonic": monotonic}
    app = create_app(configured, store, champions, metrics, **clocks)
    auto_label = AutoLabel(configured, store, champions, metrics, **clocks)
    return Rig(configured, store, metrics, champions, registry, auto_label, app, taggers, folder)
