import dataclasses
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ner.spans import Document, Span
from ner.training.options import TrainingOptions
from ner.training.replay import choose_documents, replay_sample
from ner.versions.trained_on import write_trained_on

LABELS = ("A", "B", "C", "D")


def document(number: int, labels: str) -> Document:
    return Document(f"text {number}", tuple(Span(0, 1, label) for label in labels), id=str(number))


NEW = tuple(document(1000 + number, "A") for number in range(3))
corpora = st.lists(
    st.frozensets(st.sampled_from(LABELS)).map(sorted).map("".join), max_size=40
).map(lambda all_: tuple(document(number, labels) for number, labels in enumerate(all_)))
ratios = st.sampled_from((0.0, 0.5, 1.0, 4.0, 20.0))


@given(corpora, ratios, st.integers(0, 5), st.randoms())
def test_the_sample_is_as_large_as_asked_and_the_same_in_whatever_order(
    old: tuple[Document, ...], ratio: float, seed: int, random: object
) -> None:
    shuffled = list(old)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    sample = replay_sample(old, NEW, ratio=ratio, seed=seed)
    assert len(sample) == len({*sample}) == min(len(old), round(ratio * len(NEW)))
    assert {*sample} <= {*old}
    assert replay_sample(shuffled, NEW[::-1], ratio=ratio, seed=seed) == sample


@given(corpora, st.integers(0, 5))
def test_every_label_occurs_when_there_is_room(old: tuple[Document, ...], seed: int) -> None:
    sample = replay_sample(old, NEW, ratio=len(LABELS) / len(NEW), seed=seed)
    labels = {label for document in old for label in document.labels}
    assert {label for document in sample for label in document.labels} == labels


def test_without_room_for_all_labels_the_rarest_comes_first() -> None:
    old = (*(document(number, "A") for number in range(50)), document(50, "B"))
    assert replay_sample(old, NEW[:1], ratio=1, seed=1) == (old[50],)


def test_different_new_documents_draw_different_old_ones_until_all_have_been_drawn() -> None:
    old = tuple(document(number, "A") for number in range(20))
    drawn = [
        {*replay_sample(old, [document(100 + turn, "A")], ratio=4, seed=1)} for turn in range(60)
    ]
    assert set().union(*drawn) == {*old}
    assert drawn[0] != drawn[1]


def test_another_seed_draws_another_sample() -> None:
    old = tuple(document(number, "A") for number in range(40))
    assert replay_sample(old, NEW, ratio=4, seed=1) != replay_sample(old, NEW, ratio=4, seed=2)


def test_from_the_base_model_everything_is_trained_on() -> None:
    assert choose_documents(NEW, TrainingOptions(base_model="b")) == NEW


def test_a_warm_training_reads_the_new_documents_and_some_of_the_old_ones(tmp_path: Path) -> None:
    old = tuple(document(number, "A") for number in range(40))
    write_trained_on(tmp_path, old)
    options = TrainingOptions(base_model="b", warm_from=tmp_path, replay=4)
    chosen = choose_documents((*old, *NEW), options)
    assert len(chosen) == 5 * len(NEW)
    assert {*NEW} <= {*chosen}
    fewer = dataclasses.replace(options, replay=1)
    assert len(choose_documents((*old, *NEW), fewer)) == 2 * len(NEW)


def test_documents_whose_labels_were_only_renamed_are_replayed_and_not_new(tmp_path: Path) -> None:
    write_trained_on(tmp_path, tuple(document(number, "A") for number in range(40)))
    options = TrainingOptions(base_model="b", warm_from=tmp_path, renamed={"A": "D"}, replay=4)
    new = document(1000, "D")
    documents = (*(document(number, "D") for number in range(40)), new)
    chosen = choose_documents(documents, options)
    assert new in chosen
    assert len(chosen) == 5


def test_with_nothing_new_or_nothing_known_a_warm_training_reads_everything(tmp_path: Path) -> None:
    options = TrainingOptions(base_model="b", warm_from=tmp_path)
    assert {*choose_documents(NEW, options)} == {*NEW}
    write_trained_on(tmp_path, NEW)
    assert choose_documents(NEW, options) == NEW
