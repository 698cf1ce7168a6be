from typing import cast

from ner.hashing import Side, text_hash
from worker.store.corpus.sides import Sides
from worker.store.database import Store
from worker.store.database.chunks import SIZE
from worker.store.database.locks import take_lock

TEXTS = [text_hash(f"text {number}") for number in range(SIZE + 20)]
FIRST = TEXTS[0]


def assign(store: Store, share: float, *, project: str = "papers") -> dict[str, Side]:
    """Assigns all texts in a transaction of its own."""
    with store.begin() as s:
        take_lock(s, "project", project)
        sides = Sides(s, project, TEXTS)
        return {text: sides.assign(text, share) for text in TEXTS}


def read(store: Store, *, project: str = "papers") -> dict[str, Side | None]:
    with store.read() as s:
        sides = Sides(s, project, TEXTS)
        return {text: sides.of(text) for text in TEXTS}


def test_a_text_has_no_side_before_it_is_assigned_one(store: Store) -> None:
    assert {*read(store).values()} == {None}
    assigned = assign(store, 0.5)
    assert {*assigned.values()} == {"train", "held_out"}
    assert read(store) == assigned


def test_a_side_does_not_change_with_the_share(store: Store) -> None:
    first = assign(store, 0.5)
    assert assign(store, 0.0) == assign(store, 1.0) == first


def test_setdefault_gives_a_side_only_to_a_text_without_one(store: Store) -> None:
    for side, expected in (("held_out", "held_out"), ("train", "held_out")):
        with store.begin() as s:
            take_lock(s, "project", "papers")
            sides = Sides(s, "papers", [FIRST])
            assert sides.setdefault(FIRST, cast(Side, side)) == sides.of(FIRST) == expected
    assert read(store)[FIRST] == "held_out"


def test_projects_have_sides_of_their_own(store: Store) -> None:
    assign(store, 1.0)
    assert {*read(store, project="letters").values()} == {None}
    assert {*assign(store, 0.0, project="letters").values()} == {"train"}
