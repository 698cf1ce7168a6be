from benchmarks.learning_curve.plot import ticks


def test_labels_of_near_steps_do_not_overlap() -> None:
    assert ticks([10, 25, 500, 505, 505, 550, 2000]) == [2000, 550, 25, 10]
