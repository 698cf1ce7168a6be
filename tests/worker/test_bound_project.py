"""A project whose documents come from another Doccano than that of the settings."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ner.errors import AnotherDoccano
from ner.spans import Document
from server.cli.preflight.doccano import look_at_doccano
from tests.support.store.revising import approve
from worker.bound_project import bind, bound_project, difference
from worker.collect.collect import collect
from worker.connecting.connect import connect
from worker.connecting.connection import FindingLevel, Probe
from worker.erasing.plan import plan_erasure
from worker.import_gold import import_documents, import_gold
from worker.settings import Settings
from worker.store.bindings import IN_REBIND, Binding, get_binding, save_binding
from worker.store.database import Store, open_store
from worker.store.projects import ProjectInfo, save_project
from worker.training_texts import training_texts

NOW = datetime(2026, 11, 1, tzinfo=UTC)
PROJECT = "papers"
BOUND = Binding("http://doccano.example", 7)


class Untouched:
    """In place of Doccano's client: it must not be asked for anything but the projects."""

    def projects(self) -> tuple[()]:
        return ()

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"Doccano was asked for {name}")


def settings_for(url: str = "http://doccano.example", number: int = 7) -> Settings:
    return Settings(doccano_url=url, projects={PROJECT: {"doccano_project": number}})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    with store.begin() as s:
        save_project(s, ProjectInfo(PROJECT, True, False, False, False, NOW))
        save_binding(s, PROJECT, BOUND)
    yield store
    store.close()


def told(store: Store, settings: Settings) -> str | None:
    with store.read() as s:
        return difference(s, settings, PROJECT)


@pytest.mark.parametrize("url", ["http://DOCCANO.example", "http://u:p@doccano.example:80//"])
def test_another_way_to_write_the_address_is_no_other_doccano(store: Store, url: str) -> None:
    assert told(store, settings_for(url)) is None
    assert bound_project(store, settings_for(url), PROJECT) == 7


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("https://doccano.example", 7),
        ("http://doccano.example", 8),
        ("http://doccano.example:8000", 7),
        ("http://doccano.example/at", 7),
    ],
)
def test_another_address_or_number_is_named_with_the_remedy(
    store: Store, url: str, number: int
) -> None:
    sentence = told(store, settings_for(url, number))
    assert sentence is not None
    assert sentence.startswith(
        "the documents of papers come from project 7 of Doccano at http://doccano.example, and "
        f"the settings name project {number} of Doccano at {url}: nothing is collected until"
    )
    assert "`nerloop rebind papers`" in sentence


OTHER = settings_for("http://other.example")
WAYS: dict[str, Callable[[Store, Any], object]] = {
    "collect": lambda store, client: collect(store, client, PROJECT, OTHER, NOW),
    "export": lambda store, client: collect(store, client, PROJECT, OTHER, NOW, force=True),
    "accepted": lambda store, client: collect(
        store, client, PROJECT, OTHER, NOW, accept_withdrawals=True
    ),
    "import": lambda store, client: import_gold(
        store, client, PROJECT, [Document("Bonn", ())], OTHER, NOW
    ),
    "import as documents": lambda store, client: import_documents(
        store, client, PROJECT, [Document("Bonn", ())], OTHER, NOW
    ),
    "adapt": lambda store, client: training_texts(store, client, PROJECT, OTHER, NOW),
    "erase": lambda store, client: plan_erasure(OTHER, store, PROJECT, ["14"], lambda: client),
}


@pytest.mark.parametrize("way", WAYS)
def test_nothing_asks_another_doccano_about_documents(store: Store, way: str) -> None:
    approve(store, NOW, "14")
    with pytest.raises(AnotherDoccano, match=r"project 7 .*http://other\.example.*nerloop rebind"):
        WAYS[way](store, Untouched())


def test_connecting_another_doccano_is_a_problem_and_starting_with_it_a_warning(
    store: Store,
) -> None:
    client: Any = Untouched()
    probe = Probe("text", lambda _url, _token: pytest.fail("the server was asked"))
    (problem,) = connect(store, client, PROJECT, OTHER, probe=probe, now=NOW).findings
    look = look_at_doccano(OTHER, client, store, [PROJECT])
    (warning,) = look.findings
    assert (problem.level, warning.level) == (FindingLevel.PROBLEM, FindingLevel.WARNING)
    assert problem.text == warning.text == told(store, OTHER)
    assert look.connected == {}


def test_an_interrupted_rebind_is_said(store: Store) -> None:
    with store.begin() as s:
        save_binding(s, PROJECT, IN_REBIND)
    assert "`nerloop rebind papers` was interrupted" in (told(store, settings_for()) or "")


def test_a_project_is_bound_once(store: Store) -> None:
    with store.begin() as s:
        save_project(s, ProjectInfo("letters", True, False, False, False, NOW))
        letters = Settings(projects={"letters": {"doccano_project": 3}})
        bind(s, letters, "letters")
        assert get_binding(s, "letters") == Binding("http://127.0.0.1:8000", 3)
        with pytest.raises(AnotherDoccano):
            bind(s, OTHER, PROJECT)
        assert get_binding(s, PROJECT) == BOUND
