from server.cli.tagger.batches import batches


def test_the_last_batch_has_what_remains() -> None:
    assert list(batches(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(batches([], 2)) == []


def test_items_are_drawn_only_when_their_batch_is_needed() -> None:
    items = iter(range(5))
    assert next(batches(items, 2)) == [0, 1]
    assert next(items) == 2
