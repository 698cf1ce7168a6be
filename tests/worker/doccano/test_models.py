"""Doccano's JSON is read into dataclasses or rejected."""

import pytest

from ner.errors import DoccanoRejected
from ner.text.offsets import OffsetUnit
from worker.doccano.models import DoccanoProject, Example, read

PROJECT = {
    "id": 3,
    "name": "papers",
    "project_type": "SequenceLabeling",
    "collaborative_annotation": True,
    "a_key_of_another_version": 1,
}


def test_keys_are_read_by_doccanos_names_and_unknown_keys_are_ignored() -> None:
    project = read(DoccanoProject, PROJECT, "projects/3")
    assert project == DoccanoProject(3, "papers", "SequenceLabeling", collaborative=True)


def test_text_and_meta_that_are_null_are_empty() -> None:
    payload = {"id": 5, "text": None, "meta": None, "is_confirmed": False}
    assert read(Example, payload, "examples/5") == Example(5, "", {}, confirmed=False)


@pytest.mark.parametrize(
    ("payload", "key"),
    [
        ("<html>", "the answer"),
        ([], "the answer"),
        (None, "the answer"),
        ({"id": "x"}, "id"),
        ({"id": 3}, "name"),
    ],
)
def test_an_answer_of_the_wrong_shape_is_rejected_with_key_and_remedy(
    payload: object, key: str
) -> None:
    with pytest.raises(DoccanoRejected, match=rf"projects/3 .*: {key}: .*NERLOOP_DOCCANO_URL"):
        read(DoccanoProject, payload, "projects/3")


def test_the_unit_of_offsets_depends_on_the_mode() -> None:
    assert read(DoccanoProject, PROJECT, "").unit is OffsetUnit.UTF16
    assert read(DoccanoProject, PROJECT | {"grapheme_mode": True}, "").unit is OffsetUnit.GRAPHEME
