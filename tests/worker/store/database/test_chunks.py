from worker.store.database.chunks import SIZE, chunks


def test_long_lists_are_split_and_no_value_is_lost() -> None:
    values = [f"{number:04}" for number in range(2 * SIZE + 1)]
    parts = [*chunks(reversed(values))]
    assert [len(part) for part in parts] == [SIZE, SIZE, 1]
    assert [value for part in parts for value in part] == values


def test_without_values_there_are_no_chunks() -> None:
    assert [*chunks([])] == []
