from benchmarks.policy_replay.outcome import Outcome
from benchmarks.policy_replay.replay import WORSE, replay
from benchmarks.policy_replay.rules import RULES, Rule
from tests.support.training.replay_cells import replay_cell

BETTER = [replay_cell(10, 5), replay_cell(20, 6), replay_cell(40, 7)]


def outcome(rule: Rule, cells: list) -> Outcome:
    return replay(cells, {"rule": rule}, draws=5)["rule"]


def test_without_any_promotion_the_regret_is_what_the_later_versions_gained() -> None:
    refused = outcome(lambda _: False, BETTER)
    assert [round(regret, 3) for regret in refused.regrets] == [0.1, 0.2] * 5
    assert refused.share_promoted == 0.0


def test_where_every_version_is_better_promoting_all_has_no_regret() -> None:
    promoted = outcome(RULES["everything is promoted"], BETTER)
    assert (promoted.regret, promoted.share_promoted) == (0.0, 1.0)


def test_a_worse_version_costs_what_it_lacks_until_a_better_one_comes() -> None:
    cells = [replay_cell(10, 5), replay_cell(20, 3), replay_cell(40, 7)]
    promoted = outcome(RULES["everything is promoted"], cells)
    assert [round(regret, 3) for regret in promoted.regrets] == [0.2, 0.0] * 5


def test_sabotaged_and_worse_challengers_are_counted_by_what_is_wrong_with_them() -> None:
    cells = [*BETTER, replay_cell(40, 5, kind="shifted"), replay_cell(40, 6, kind="short")]
    measured = outcome(RULES["point estimate"], cells)
    # At 40 documents the champion is the version of 20 with 6 of 10 spans.
    assert measured.share_passed("shifted") == 0.0
    assert measured.share_passed("short") == 1.0
    assert measured.share_passed("shifted", "short") == 0.5
    assert measured.share_passed(WORSE) == 0.0
    assert measured.share_passed("missing") is None
    # 8 of the 40 documents are held out, which is too few for a full comparison.
    assert measured.share_passed("shifted", full=True) is None


def test_nerloops_rule_refuses_what_is_clearly_worse_and_promotes_what_is_better() -> None:
    cells = [*BETTER, replay_cell(258, 6), replay_cell(258, 2, kind="shifted")]
    measured = outcome(RULES["nerloop"], cells)
    assert measured.share_passed("shifted") == 0.0
    assert measured.promoted == [True, True, False] * 5
