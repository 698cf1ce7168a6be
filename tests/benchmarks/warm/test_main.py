from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pydantic import TypeAdapter

from benchmarks.warm.__main__ import main
from benchmarks.warm.cell import round_file
from benchmarks.warm.rounds import RoundJob, Setting
from benchmarks.warm.running import jobs_of
from tests.support.training.warm_cells import keep_round


@pytest.fixture
def setting(easy: Path, tiny_base: Path) -> Setting:
    return Setting(
        folder=easy,
        base_model=str(tiny_base),
        recipe="nerloop+epochs=1",
        start=30,
        aside=6,
        step=4,
        rounds=2,
    )


def run(setting: Setting, out: Path) -> Result:
    arguments = [str(setting.folder), "--base-model", setting.base_model, "--seeds", "1"]
    arguments += ["--recipe", setting.recipe, "--start", "30", "--aside", "6", "--step", "4"]
    result = CliRunner().invoke(main, [*arguments, "--rounds", "2", "--out", str(out)])
    assert result.exit_code == 0, result.output
    return result


def test_the_command_writes_the_table(setting: Setting, tmp_path: Path) -> None:
    for job in jobs_of(setting, 1):
        keep_round(job, tmp_path)
    result = run(setting, tmp_path)
    assert "5 of them kept" in result.output
    assert setting.table(tmp_path).read_text() in result.output


def test_a_missing_training_is_run_in_a_process_and_kept(
    setting: Setting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    *kept, last = jobs_of(setting, 1)
    for job in kept:
        keep_round(job, tmp_path)

    def run_process(module: str, arguments: Sequence[str], _say: object) -> bool:
        assert find_spec(module) is not None
        job = TypeAdapter(RoundJob).validate_json(arguments[0])
        assert (job, Path(arguments[1])) == (last, tmp_path)
        keep_round(job, tmp_path)
        return True

    monkeypatch.setattr("benchmarks.warm.__main__.run_process", run_process)
    assert "4 of them kept" in run(setting, tmp_path).output
    cell = round_file(setting.path(tmp_path)).find(last.identity)
    assert cell is not None
    assert (cell.round, cell.kind, cell.title) == (2, "scratch", setting.title)
