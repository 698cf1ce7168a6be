from dataclasses import replace
from pathlib import Path

from benchmarks.warm.process import measure
from benchmarks.warm.rounds import RoundJob, Setting
from benchmarks.warm.table import f1


def test_a_warm_round_goes_on_from_the_start_with_a_replay(
    easy: Path, tiny_base: Path, tmp_path: Path
) -> None:
    setting = Setting(
        folder=easy,
        base_model=str(tiny_base),
        recipe="nerloop+learning_rate=0.002+epochs=6+batch_size=4",
        changes=("replay=2",),
        start=30,
        aside=6,
        step=4,
        rounds=1,
    )
    start = RoundJob(setting=setting, seed=1, round=0, kind="scratch")
    warm = RoundJob(setting=setting, seed=1, round=1, kind="warm")
    first, second = measure(start, tmp_path), measure(warm, tmp_path)
    cold = measure(replace(warm, kind="scratch"), tmp_path)
    assert (first.documents, first.passed_over) == (30, 0)
    assert (second.documents, second.passed_over) == (34, 34 - 3 * 4)
    assert (cold.documents, cold.passed_over) == (34, 0)
    assert {part: len(rows) for part, rows in second.counts.items()} == {
        "dev": 30,
        "aside": 6,
        "learned": 30,
    }
    assert second.steps < cold.steps / 2
    assert f1(first.counts["learned"]) > 0.5
    assert f1(second.counts["learned"]) > 0.5
    assert sorted(path.name for path in start.model(tmp_path).parent.iterdir()) == sorted(
        [start.model(tmp_path).name, warm.model(tmp_path).name]
    )
