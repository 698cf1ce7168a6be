import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.crossval.folds import assign_folds, rare_labels
from ner.errors import TrainingError
from ner.hashing import text_hash
from ner.spans import Document, Span

LABELS = ("A", "B", "C")


def document(name: int, *labels: str) -> Document:
    """A text of its own with a span of each label."""
    text = f"{name:04d} " + "x" * len(labels)
    return Document(text, tuple(Span(5 + i, 6 + i, label) for i, label in enumerate(labels)))


def copy(name: int, labels: list[str], upper: bool) -> Document:
    """The document of that name, or a near-copy of it in upper case."""
    original = document(name, *labels)
    return Document(original.text.upper(), original.spans) if upper else original


# There are only 40 names, so that some occur more than once.
documents = st.builds(
    copy, st.integers(0, 39), st.lists(st.sampled_from(LABELS), max_size=4), st.booleans()
)
# Two more documents have other names, so that there are always two groups.
corpora = st.lists(documents, max_size=38).map(
    lambda drawn: [*drawn, document(40, "A"), document(41, "B", "C")]
)


def group_count(corpus: list[Document]) -> int:
    return len({text_hash(each.text) for each in corpus})


@given(corpora, st.data())
def test_every_document_is_in_one_of_the_folds_and_no_fold_is_empty(
    corpus: list[Document], data: st.DataObject
) -> None:
    folds = data.draw(st.integers(2, group_count(corpus)))
    assigned = assign_folds(corpus, folds=folds, seed=1)
    assert len(assigned) == len(corpus)
    assert set(assigned) == set(range(folds))


@given(corpora, st.data())
def test_near_copies_share_a_fold(corpus: list[Document], data: st.DataObject) -> None:
    folds = data.draw(st.integers(2, group_count(corpus)))
    assigned = assign_folds(corpus, folds=folds, seed=1)
    of_group = {(text_hash(d.text), fold) for d, fold in zip(corpus, assigned, strict=True)}
    assert len(of_group) == group_count(corpus)


@given(corpora, st.randoms(use_true_random=False))
def test_the_order_of_the_documents_does_not_matter(
    corpus: list[Document], shuffler: random.Random
) -> None:
    order = list(range(len(corpus)))
    shuffler.shuffle(order)
    assigned = assign_folds(corpus, folds=2, seed=1)
    reordered = assign_folds([corpus[i] for i in order], folds=2, seed=1)
    assert reordered == tuple(assigned[i] for i in order)


@given(st.lists(st.integers(0, 6), min_size=4, max_size=40), st.integers(2, 4))
def test_the_spans_of_one_label_differ_between_folds_by_a_group_at_most(
    sizes: list[int], folds: int
) -> None:
    corpus = [document(name, *"A" * size) for name, size in enumerate(sizes)]
    spans = Counter(dict.fromkeys(range(folds), 0))
    for size, fold in zip(sizes, assign_folds(corpus, folds=folds, seed=1), strict=True):
        spans[fold] += size
    assert max(spans.values()) - min(spans.values()) <= max(sizes)


def test_a_document_with_many_spans_is_balanced_by_several_with_few() -> None:
    sizes = [2, 6, 2, 2]
    corpus = [document(name, *"A" * size) for name, size in enumerate(sizes)]
    first, second, third, fourth = assign_folds(corpus, folds=2, seed=1)
    assert first == third == fourth != second


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_rare_labels_are_spread_as_evenly_as_frequent_ones(seed: int) -> None:
    labels = [("A", "A", "B"), ("A",), ("A", "A"), (), ("A", "C")]
    corpus = [document(name, *labels[name % 5]) for name in range(100)]
    counts = {label: Counter[int]() for label in LABELS}
    sizes = Counter[int]()
    for each, fold in zip(corpus, assign_folds(corpus, folds=5, seed=seed), strict=True):
        sizes[fold] += 1
        for span in each.spans:
            counts[span.label][fold] += 1
    assert [counts["B"][fold] for fold in range(5)] == [4] * 5
    assert [counts["C"][fold] for fold in range(5)] == [4] * 5
    assert all(abs(counts["A"][fold] - 24) <= 1 for fold in range(5))
    assert all(abs(sizes[fold] - 20) <= 1 for fold in range(5))


def test_another_seed_gives_other_folds() -> None:
    corpus = [document(name, "A") for name in range(20)]
    assert assign_folds(corpus, folds=2, seed=1) != assign_folds(corpus, folds=2, seed=2)


@pytest.mark.parametrize("folds", [0, 1, 4])
def test_an_impossible_number_of_folds_is_refused(folds: int) -> None:
    corpus = [document(1), document(2), document(3), document(3)]
    with pytest.raises(TrainingError, match=f"{folds} folds cannot be made of 3 different texts"):
        assign_folds(corpus, folds=folds, seed=1)


@pytest.mark.parametrize("copies", [0, 1, 3])
def test_a_single_text_cannot_be_cross_validated(copies: int) -> None:
    corpus = [Document("Uni X")] * copies
    with pytest.raises(TrainingError, match=r"only [01] with different texts: annotate more"):
        assign_folds(corpus, folds=2, seed=1)


def test_labels_in_fewer_groups_than_folds_are_returned() -> None:
    corpus = [document(1, "B"), document(2, "A"), document(2, "A"), document(3, "B"), document(4)]
    assert rare_labels(corpus, folds=3) == {"A": 1, "B": 2}
    assert rare_labels(corpus, folds=2) == {"A": 1}
