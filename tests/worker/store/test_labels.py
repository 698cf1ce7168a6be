import pytest

from worker.store.database import Store
from worker.store.labels import doccano_labels, known_labels, label_names, move_labels, sync_labels


def test_a_rename_keeps_the_key(store: Store) -> None:
    with store.begin() as s:
        sync_labels(s, "papers", {7: "ORG", 8: "PERSON"})
        sync_labels(s, "papers", {7: "AFFILIATION", 8: "PERSON"})
        assert label_names(s, "papers") == {"7": "AFFILIATION", "8": "PERSON"}


def test_a_missing_label_is_deleted_until_it_is_listed_again(store: Store) -> None:
    with store.begin() as s:
        sync_labels(s, "papers", {7: "ORG", 8: "PERSON"})
        sync_labels(s, "papers", {8: "PERSON"})
        assert label_names(s, "papers") == {"8": "PERSON"}
        sync_labels(s, "papers", {7: "ORG", 8: "PERSON"})
        assert label_names(s, "papers") == {"7": "ORG", "8": "PERSON"}


def test_two_labels_may_swap_their_names(store: Store) -> None:
    with store.begin() as s:
        sync_labels(s, "papers", {7: "ORG", 8: "PERSON"})
        sync_labels(s, "papers", {7: "PERSON", 8: "ORG"})
        assert label_names(s, "papers") == {"7": "PERSON", "8": "ORG"}


def test_projects_do_not_see_each_others_labels(store: Store) -> None:
    with store.begin() as s:
        sync_labels(s, "papers", {7: "ORG"})
        sync_labels(s, "letters", {7: "CITY"})
        sync_labels(s, "letters", {})
        assert label_names(s, "papers") == {"7": "ORG"}
        assert label_names(s, "letters") == {}


def test_labels_keep_their_keys_under_the_ids_of_another_doccano(store: Store) -> None:
    with store.begin() as s:
        sync_labels(s, "papers", {7: "ORG", 8: "PERSON", 9: "CITY", 10: "GONE"})
        sync_labels(s, "papers", {7: "ORG", 8: "PERSON", 9: "CITY"})
        there = {8: "ORG", 7: "PERSON", 10: "NEW", 11: "GONE"}
        move_labels(s, "papers", there)
        keys = sync_labels(s, "papers", there)
        assert keys.by_id == {8: "7", 7: "8", 10: "12", 11: "11"}
        assert keys.by_name == {"ORG": "7", "PERSON": "8", "NEW": "12", "GONE": "11"}
        assert doccano_labels(s, "papers") == there
        # CITY is not there, and GONE is not the one that was deleted before.
        assert label_names(s, "papers") == {"7": "ORG", "8": "PERSON", "11": "GONE", "12": "NEW"}


@pytest.mark.parametrize("names", [{7: "ORG"}, {7: "ORG", 8: "CITY"}, {7: "ORG", 8: "P", 9: "X"}])
def test_labels_are_known_only_while_none_was_added_renamed_or_deleted(
    store: Store, names: dict[int, str]
) -> None:
    with store.begin() as s:
        keys = sync_labels(s, "papers", {7: "ORG", 8: "P"})
        assert known_labels(s, "papers", {8: "P", 7: "ORG"}) == keys
        assert known_labels(s, "papers", names) is None
        sync_labels(s, "papers", names)
        assert known_labels(s, "papers", names) is not None
