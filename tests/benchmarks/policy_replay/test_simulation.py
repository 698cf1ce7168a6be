from itertools import pairwise

from benchmarks.policy_replay.replay import WORSE
from benchmarks.policy_replay.rules import RULES
from benchmarks.policy_replay.simulation import simulate, trainings


def test_the_trainings_are_those_of_the_default_settings() -> None:
    assert trainings()[:8] == [5, 10, 20, 40, 50, 62, 78, 98]
    assert {later - earlier for earlier, later in pairwise(trainings()[8:])} == {20}


def test_the_same_seed_gives_the_same_projects() -> None:
    first, second = (simulate(RULES, projects=2) for _ in range(2))
    assert [each.regrets for each in first.values()] == [each.regrets for each in second.values()]


def test_promoting_everything_lets_all_worse_challengers_through_and_a_gate_few() -> None:
    outcomes = simulate(RULES, projects=20)
    passed = {name: outcome.share_passed(WORSE) for name, outcome in outcomes.items()}
    assert passed["everything is promoted"] == 1.0
    assert 0.0 < passed["nerloop"] < 0.2
    assert outcomes["nerloop"].regret < outcomes["95 % interval above −0.01 (before)"].regret
