"""How many documents a pull may withdraw without confirmation."""

import pytest

from worker.collect.withdrawals import too_many


@pytest.mark.parametrize(
    ("vanished", "approved", "held"),
    [
        (0, 0, False),
        (5, 5, False),
        (6, 29, True),
        (6, 30, False),
        (20, 100, False),
        (21, 100, True),
    ],
)
def test_more_than_five_and_more_than_a_fifth_are_too_many(
    vanished: int, approved: int, held: bool
) -> None:
    names = [str(number) for number in range(approved)]
    assert too_many(names[:vanished], names) is held
