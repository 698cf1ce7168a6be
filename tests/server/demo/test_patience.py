import pytest

from ner.errors import DoccanoRejected, DoccanoUnavailable, QueueError
from server.demo.patience import PATIENCE_SECONDS, patiently


class Clock:
    """A clock on which a minute passes in each `sleep`."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, _seconds: float) -> None:
        self.now += 60.0


def test_an_attempt_is_repeated_until_the_neighbours_are_back() -> None:
    clock = Clock()
    errors: list[Exception] = [DoccanoUnavailable("500"), QueueError("no Redis")]

    def attempt() -> str:
        if errors:
            raise errors.pop(0)
        return "done"

    assert patiently(attempt, monotonic=clock, sleep=clock.sleep) == "done"
    assert clock.now == 120


def test_the_last_error_is_raised_when_they_stay_away() -> None:
    clock = Clock()

    def attempt() -> None:
        raise DoccanoUnavailable(f"at {clock.now:.0f}")

    with pytest.raises(DoccanoUnavailable, match=f"at {PATIENCE_SECONDS:.0f}"):
        patiently(attempt, monotonic=clock, sleep=clock.sleep)


def test_an_error_that_does_not_pass_is_raised_at_once() -> None:
    clock = Clock()

    def attempt() -> None:
        raise DoccanoRejected("no")

    with pytest.raises(DoccanoRejected):
        patiently(attempt, monotonic=clock, sleep=clock.sleep)
    assert clock.now == 0
