"""The champion of a project predicts the names that its labels have now."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from ner.spans import Span
from ner.text_tagger import TextTagger
from ner.versions.registry import Registry
from server.cli.model_argument import ChosenModel
from server.cli.tagger.chosen_tagger import load_chosen
from tests.support.models.model_folders import make_manifest, make_model_folder
from tests.support.training.fake_tagger import FakeTagger
from worker.store.database import open_store
from worker.store.labels import sync_labels

TEXT = "Ada in Oslo"
OLD = (Span(0, 3, "PER"), Span(7, 11, "LOC"))


@pytest.fixture
def champion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The champion of the project people, whose label LOC is PLACE now, and PER is gone."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NERLOOP_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("NERLOOP_PROJECTS__PEOPLE__DOCCANO_PROJECT", "1")
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'nerloop.sqlite3'}")
    with store.begin() as session:
        sync_labels(session, "people", {1: "PLACE"})
    store.close()
    tagger = FakeTagger({"Ada": "PER", "Oslo": "LOC"})
    monkeypatch.setattr("ner.tagger.Tagger.load", lambda _: tagger)
    registry = Registry(tmp_path / "data" / "models", "people")
    manifest = make_manifest(label_keys={"LOC": "1", "PER": "2"})
    return registry.add(make_model_folder(tmp_path / "model"), manifest).path


def captured(call: Callable[[], TextTagger]) -> tuple[tuple[Span, ...], str]:
    """The spans in `TEXT` of the tagger that the call loads, and what it says."""
    with CliRunner().isolation() as (_, errors, _):
        spans = call().predict([TEXT])[0].spans
        return spans, errors.getvalue().decode()


def test_a_projects_champion_has_the_current_names(champion: Path) -> None:
    spans, said = captured(lambda: load_chosen(ChosenModel(champion, "people")))
    assert spans == (OLD[0], Span(7, 11, "PLACE"))
    assert said == "labels were renamed since the training: LOC is PLACE now\n"


def test_a_folder_has_its_own_names(champion: Path) -> None:
    assert captured(lambda: load_chosen(ChosenModel(champion))) == (OLD, "")


def test_without_a_store_the_names_are_those_of_the_training(
    champion: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NERLOOP_STORE_URL", "sqlite:////proc/none/store")
    spans, said = captured(lambda: load_chosen(ChosenModel(champion, "people")))
    assert spans == OLD
    assert said.startswith("label names are those of the training: ")
