from benchmarks.policy_replay.replay import replay
from benchmarks.policy_replay.rules import RULES
from benchmarks.policy_replay.simulation import simulate
from benchmarks.policy_replay.table import render
from tests.support.training.replay_cells import replay_cell


def test_the_report_has_a_table_for_each_corpus_and_one_of_the_simulation() -> None:
    cells = [replay_cell(10, 5), replay_cell(20, 6), replay_cell(40, 3, kind="short")]
    report = render(
        {"papers, seed 1": cells},
        {"papers, seed 1": replay(cells, RULES, draws=2)},
        simulate(RULES, projects=1),
        code="other",
    )
    assert "### papers, seed 1\n\nF1 of the honest trainings on the pool: 0.500, 0.600.\n" in report
    assert "| everything is promoted | 0.0000 | 100% | 100.0% |  |  |  |" in report
    assert report.count("| nerloop |") == 2
    assert "3 trainings of papers, seed 1" in report
