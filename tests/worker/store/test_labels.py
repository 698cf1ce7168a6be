from worker.store.database import Store
from worker.store.labels import label_names, sync_labels


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
