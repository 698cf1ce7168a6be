"""What a model's labels are called now."""

from ner.spans import Span
from ner.versions.label_names import current_names
from server.serving.label_names import rename
from tests.support.model_folders import make_manifest


def test_a_renamed_label_is_followed_by_its_key() -> None:
    manifest = make_manifest(label_keys={"LOC": "1", "PER": "2"})
    assert current_names(manifest, {"1": "PLACE", "2": "PER"}) == {"LOC": "PLACE", "PER": "PER"}


def test_labels_that_swapped_their_names_are_told_apart() -> None:
    manifest = make_manifest(label_keys={"LOC": "1", "PER": "2"})
    assert current_names(manifest, {"1": "PER", "2": "LOC"}) == {"LOC": "PER", "PER": "LOC"}


def test_a_deleted_label_is_not_found_again_by_its_name() -> None:
    manifest = make_manifest(label_keys={"LOC": "1", "PER": "2"})
    assert current_names(manifest, {"9": "LOC", "2": "PER"}) == {"PER": "PER"}


def test_a_label_without_a_key_is_found_by_its_name() -> None:
    assert current_names(make_manifest(), {"1": "LOC"}) == {"LOC": "LOC"}


def test_spans_keep_their_scores_and_lose_labels_that_are_gone() -> None:
    spans = (Span(0, 1, "LOC"), Span(2, 3, "PER"), Span(4, 5, "LOC"))
    renamed = rename(spans, (0.1, 0.2, 0.3), {"LOC": "PLACE"})
    assert renamed.spans == (Span(0, 1, "PLACE"), Span(4, 5, "PLACE"))
    assert renamed.scores == (0.1, 0.3)
    assert renamed.dropped == 1
