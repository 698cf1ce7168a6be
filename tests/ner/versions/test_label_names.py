"""A model's labels get their current names."""

from ner.versions.label_names import current_names, renamed_labels
from tests.support.models.model_folders import make_manifest


def test_a_renamed_label_is_followed_by_its_key() -> None:
    manifest = make_manifest(label_keys={"LOC": "1", "PER": "2"})
    assert current_names(manifest, {"1": "PLACE", "2": "PER"}) == {"LOC": "PLACE", "PER": "PER"}


def test_labels_that_swapped_their_names_are_not_confused() -> None:
    manifest = make_manifest(label_keys={"LOC": "1", "PER": "2"})
    assert current_names(manifest, {"1": "PER", "2": "LOC"}) == {"LOC": "PER", "PER": "LOC"}


def test_a_deleted_label_is_not_found_again_by_its_name() -> None:
    manifest = make_manifest(label_keys={"LOC": "1", "PER": "2"})
    assert current_names(manifest, {"9": "LOC", "2": "PER"}) == {"PER": "PER"}


def test_a_label_without_a_key_is_found_by_its_name() -> None:
    assert current_names(make_manifest(), {"1": "LOC"}) == {"LOC": "LOC"}


def test_renamed_labels_are_those_whose_name_has_changed() -> None:
    manifest = make_manifest(label_keys={"LOC": "1", "PER": "2"})
    assert renamed_labels(manifest, {"1": "PLACE", "2": "PER"}) == {"LOC": "PLACE"}
    assert renamed_labels(manifest, {"1": "PER", "2": "LOC"}) == {"LOC": "PER", "PER": "LOC"}
    assert renamed_labels(manifest, {"2": "PER"}) == {}
