"""The tags of a set of labels: ``O``, then ``B-`` and ``I-`` of each label.

Labels are sorted by code point before their tags are numbered, so the order in which a caller lists
them does not matter: ``O`` is 0, and of the k-th label ``B-`` is 1 + 2k and ``I-`` 2 + 2k.
"""

from collections.abc import Iterable, Sequence

OUTSIDE = 0
# The target of a token that has no tag: special tokens and padding. torch's `ignore_index`.
IGNORED = -100


def sort_labels(labels: Iterable[str]) -> tuple[str, ...]:
    """The distinct labels in the order that numbers their tags.

    Raises ValueError for a blank label.
    """
    ordered = tuple(sorted(set(labels)))
    if any(not label.strip() for label in ordered):
        raise ValueError(f"a label is blank in {ordered}")
    return ordered


def tag_names(labels: Iterable[str]) -> tuple[str, ...]:
    """``("O", "B-X", "I-X", …)``: the name of tag i at index i."""
    return "O", *(f"{part}-{label}" for label in sort_labels(labels) for part in "BI")


def labels_of(names: Sequence[str]) -> tuple[str, ...]:
    """The labels whose tags are `names`; the inverse of `tag_names`.

    Raises ValueError when `names` is not a result of `tag_names`: when the tags are in another
    order, or of a scheme other than BIO.
    """
    labels = sort_labels(name[2:] for name in names if name.startswith("B-"))
    if tag_names(labels) != tuple(names):
        raise ValueError(
            f"tags {list(names)} are not O, B-X, I-X … with the labels sorted; "
            f"expected {list(tag_names(labels))}"
        )
    return labels


def begin_tag(label_index: int) -> int:
    """The number of ``B-`` of the label at this index of `sort_labels`."""
    return 1 + 2 * label_index


def inside_tag(label_index: int) -> int:
    """The number of ``I-`` of the label at this index of `sort_labels`."""
    return 2 + 2 * label_index


def label_index(tag: int) -> int:
    """The index in `sort_labels` of the label that a tag other than ``O`` belongs to."""
    return (tag - 1) // 2
