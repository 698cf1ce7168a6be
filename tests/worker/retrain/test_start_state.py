from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from ner.spans import Document, Span
from ner.training.options import TrainingOptions
from ner.versions.promotions import POINTER_FILE
from ner.versions.registry import Registry
from ner.versions.trained_on import write_trained_on
from tests.support.models.model_folders import make_manifest, make_model_folder
from worker.retrain.policies.start_policy import StartState
from worker.retrain.start_state import read_start_state
from worker.store.database import Store
from worker.store.training.datasets import Dataset

OPTIONS = TrainingOptions(base_model="bundled")
KEYS = {"LOC": "1", "PER": "2"}


def document(number: int) -> Document:
    return Document(f"text {number}", (Span(0, 1, "LOC"), Span(2, 3, "PER")), id=str(number))


DOCUMENTS = tuple(document(number) for number in range(10))


def dataset(*documents: Document, keys: dict[str, str] = KEYS) -> Dataset:
    return Dataset(
        train=documents,
        held_out=(),
        labels=tuple(sorted(keys)),
        label_keys=keys,
        last_revision_id=1,
        fingerprint="f",
        left_out={},
    )


@pytest.fixture
def session(store: Store) -> Iterator[Session]:
    with store.read() as opened:
        yield opened


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """A registry with a champion that was trained on the first eight documents."""
    folder = make_model_folder(tmp_path / "model")
    write_trained_on(folder, DOCUMENTS[:8])
    registry = Registry(tmp_path / "models", "papers")
    manifest = make_manifest(label_keys=KEYS, parameters=OPTIONS.parameters)
    registry.promote(registry.add(folder, manifest).name, expected=None, reason="first")
    return registry


def test_without_a_champion_the_state_is_empty(session: Session, tmp_path: Path) -> None:
    empty = Registry(tmp_path / "models", "papers")
    state = read_start_state(session, empty, dataset(*DOCUMENTS), OPTIONS)
    assert state == StartState(champion=None)


def test_documents_are_compared_with_those_that_the_champion_was_trained_on(
    session: Session, registry: Registry
) -> None:
    state = read_start_state(session, registry, dataset(*DOCUMENTS[3:]), OPTIONS)
    assert state == StartState(champion="v0001", new=2, old=5, removed=3)


def test_settings_changed_since_the_champion_are_named(
    session: Session, registry: Registry
) -> None:
    options = replace(OPTIONS, base_model="another", overlap=32)
    state = read_start_state(session, registry, dataset(*DOCUMENTS), options)
    assert state.changed_settings == ("base_model", "overlap")


@pytest.mark.parametrize("names", [{"LOC": "CITY"}, {"LOC": "PER", "PER": "LOC"}])
def test_renamed_labels_are_the_same_and_their_documents_are_known(
    session: Session, registry: Registry, names: dict[str, str]
) -> None:
    keys = {names.get(label, label): key for label, key in KEYS.items()}
    renamed = (
        replace(d, spans=tuple(replace(s, label=names.get(s.label, s.label)) for s in d.spans))
        for d in DOCUMENTS
    )
    state = read_start_state(session, registry, dataset(*renamed, keys=keys), OPTIONS)
    assert state == StartState(champion="v0001", new=2, old=8)


@pytest.mark.parametrize(
    "keys",
    [
        {"CITY": "1", "PER": "2", "LOC": "3"},  # LOC is another label now
        {"PER": "2"},
    ],
)
def test_added_or_removed_labels_are_not_the_same(
    session: Session, registry: Registry, keys: dict[str, str]
) -> None:
    state = read_start_state(session, registry, dataset(*DOCUMENTS, keys=keys), OPTIONS)
    assert not state.same_labels


def test_a_new_label_without_spans_leaves_the_labels_the_same(
    session: Session, registry: Registry
) -> None:
    keys = {**KEYS, "ORG": "3"}
    assert read_start_state(session, registry, dataset(*DOCUMENTS, keys=keys), OPTIONS).same_labels


def test_a_label_that_appears_in_or_vanishes_from_the_documents_makes_a_difference(
    session: Session, registry: Registry
) -> None:
    keys = {**KEYS, "ORG": "3"}
    with_org = Document("text x", (Span(0, 4, "ORG"),))
    only_loc = tuple(replace(d, spans=d.spans[:1]) for d in DOCUMENTS)
    for documents, label_keys in (
        ((*DOCUMENTS, with_org), keys),
        (only_loc, keys),
        (only_loc, {"LOC": "1"}),
    ):
        state = read_start_state(session, registry, dataset(*documents, keys=label_keys), OPTIONS)
        assert not state.same_labels


def test_a_label_without_a_key_is_not_confused_with_one_that_got_its_name(
    session: Session, tmp_path: Path
) -> None:
    folder = make_model_folder(tmp_path / "model")
    write_trained_on(folder, DOCUMENTS)
    registry = Registry(tmp_path / "models", "papers")
    manifest = make_manifest(label_keys={"LOC": "1"}, parameters=OPTIONS.parameters)
    registry.promote(registry.add(folder, manifest).name, expected=None, reason="first")
    per = tuple(replace(d, spans=d.spans[1:]) for d in DOCUMENTS)
    # Both labels of the champion are now found under the name PER.
    state = read_start_state(session, registry, dataset(*per, keys={"PER": "1"}), OPTIONS)
    assert not state.same_labels


def test_an_unreadable_pointer_to_the_champion_does_not_raise(
    session: Session, registry: Registry
) -> None:
    (registry.folder / POINTER_FILE).write_text("{")
    state = read_start_state(session, registry, dataset(*DOCUMENTS), OPTIONS)
    assert state.champion is None
    assert "cannot be read as a promotion" in state.unusable


def test_a_champion_without_a_manifest_is_unusable(session: Session, registry: Registry) -> None:
    (registry.get("v0001").path / "manifest.json").unlink()
    state = read_start_state(session, registry, dataset(*DOCUMENTS), OPTIONS)
    assert state.champion == "v0001"
    assert "cannot be used" in state.unusable
