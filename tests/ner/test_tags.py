import pytest

from ner.tags import begin_tag, inside_tag, label_index, labels_of, sort_labels, tag_names


def test_the_order_in_which_labels_are_named_does_not_number_their_tags():
    expected = ("O", "B-LOC", "I-LOC", "B-ORG", "I-ORG")
    assert tag_names(["ORG", "LOC"]) == tag_names(["LOC", "ORG", "LOC"]) == expected


def test_labels_are_sorted_by_code_point():
    assert sort_labels(iter("zéaBZ")) == ("B", "Z", "a", "z", "é")


def test_no_labels_leave_the_outside_tag():
    assert tag_names([]) == ("O",)


def test_a_tag_number_names_its_label():
    names = tag_names(["LOC", "ORG"])
    for index, label in enumerate(["LOC", "ORG"]):
        assert names[begin_tag(index)] == f"B-{label}"
        assert names[inside_tag(index)] == f"I-{label}"
        assert label_index(begin_tag(index)) == label_index(inside_tag(index)) == index


def test_labels_come_back_from_their_tags_even_when_they_look_like_tags():
    labels = sort_labels(["B-X", "I-X", "O", "X"])
    assert labels_of(tag_names(labels)) == labels


@pytest.mark.parametrize(
    "names",
    [
        ("O", "B-ORG", "I-ORG", "B-LOC", "I-LOC"),
        ("B-X", "I-X", "O"),
        ("O", "I-X"),
        ("O", "LABEL_1"),
    ],
)
def test_tags_of_another_scheme_or_order_are_refused_by_name(names):
    with pytest.raises(ValueError, match="with the labels sorted"):
        labels_of(names)


def test_a_blank_label_is_refused():
    with pytest.raises(ValueError, match="blank"):
        tag_names(["X", " "])
