"""Which answers were under way while a version was loaded."""

from benchmarks.serving.load import Load
from benchmarks.serving.swaps import Answered, during_swaps, load_of, percentile_of, together


def answered(began: float, ended: float, version: str) -> Answered:
    return Answered("text", began, ended, version, ())


def test_a_load_lasts_from_the_promotion_to_the_first_answer_of_the_new_version() -> None:
    before = answered(0.0, 0.9, "v0001")
    old = answered(0.8, 1.5, "v0001")
    new = answered(1.4, 2.0, "v0002")
    later = answered(2.0, 2.2, "v0002")
    found, seconds = during_swaps([before, old, new, later], [(1.0, "v0002"), (3.0, "v0001")])
    assert found == [old, new]
    assert seconds == [1.0]


def test_answers_are_a_load_of_the_time_between_them() -> None:
    load = load_of([answered(1.0, 1.5, "v0001"), answered(2.0, 3.0, "v0001")])
    assert load.milliseconds == (500.0, 1000.0)
    assert load.documents_per_second == 1.0
    assert load_of([]).milliseconds == ()


def test_two_loads_are_one_of_all_their_answers_and_seconds() -> None:
    one = Load(milliseconds=(1.0, 2.0), failed=1, seconds=4.0)
    other = Load(milliseconds=(3.0,), failed=2, seconds=2.0)
    assert together(one, other) == Load(milliseconds=(1.0, 2.0, 3.0), failed=3, seconds=6.0)


def test_the_largest_value_is_that_of_all() -> None:
    assert [percentile_of([3.0, 1.0, 2.0], share) for share in (50, 100)] == [2.0, 3.0]
    assert percentile_of([], 50) == 0.0
