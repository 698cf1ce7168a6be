from pathlib import Path

from click.testing import CliRunner

from benchmarks.warm.__main__ import main
from benchmarks.warm.rounds import Setting
from benchmarks.warm.running import jobs_of
from tests.support.warm_cells import keep_round


def test_the_command_writes_the_table(easy: Path, tiny_base: Path, tmp_path: Path) -> None:
    setting = Setting(folder=easy, base_model=str(tiny_base), start=30, aside=6, step=4, rounds=3)
    for job in jobs_of(setting, 1):
        keep_round(job, tmp_path)
    arguments = [str(setting.folder), "--base-model", setting.base_model, "--seeds", "1"]
    arguments += ["--start", "30", "--aside", "6", "--step", "4", "--rounds", "3"]
    result = CliRunner().invoke(main, [*arguments, "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert "7 of them kept" in result.output
    assert setting.table(tmp_path).read_text() in result.output
