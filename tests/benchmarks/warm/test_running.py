from dataclasses import replace
from pathlib import Path

import click
import pytest

from benchmarks.warm.cell import round_file
from benchmarks.warm.rounds import RoundJob, Setting
from benchmarks.warm.running import jobs_of, make_rounds
from ner.errors import CorpusError
from tests.support.training.warm_cells import keep_round


@pytest.fixture
def setting(easy: Path, tiny_base: Path) -> Setting:
    return Setting(folder=easy, base_model=str(tiny_base), start=30, aside=6, step=4, rounds=3)


class Maker:
    """Writes cells and empty models without training; fails at the job named `failing`."""

    def __init__(self) -> None:
        self.trained: list[str] = []
        self.failing = ""

    def __call__(self, job: RoundJob, out: Path) -> bool:
        if job.kind == "warm":
            assert job.before.model(out).is_dir()
        if f"{job.round}{job.kind}" == self.failing:
            return False
        self.trained.append(f"{job.round}{job.kind}")
        if job.is_in_chain:
            job.model(out).mkdir(parents=True, exist_ok=True)
        keep_round(job, out)
        return True


ALL = ["0scratch", "1warm", "1scratch", "2warm", "2scratch", "3warm", "3scratch"]


def make(setting: Setting, out: Path, maker: Maker) -> int:
    return len(make_rounds(setting, [1], out, lambda _: None, maker).cells)


def test_every_round_is_trained_warm_and_from_scratch_and_kept(
    setting: Setting, tmp_path: Path
) -> None:
    maker = Maker()
    assert make(setting, tmp_path, maker) == 7
    assert maker.trained == ALL
    assert make(setting, tmp_path, maker) == 7
    assert maker.trained == ALL


def test_only_the_model_of_the_start_stays(setting: Setting, tmp_path: Path) -> None:
    make(setting, tmp_path, Maker())
    start = jobs_of(setting, 1)[0].model(tmp_path)
    assert [*start.parent.iterdir()] == [start]


def test_a_run_that_was_cut_off_goes_on_from_the_last_model(
    setting: Setting, tmp_path: Path
) -> None:
    maker = Maker()
    maker.failing = "2warm"
    with pytest.raises(click.ClickException, match="round 2 warm failed"):
        make(setting, tmp_path, maker)
    maker.failing = ""
    assert make(setting, tmp_path, maker) == 7
    assert maker.trained == ALL


def test_without_the_model_before_it_a_warm_round_is_led_up_to_again(
    setting: Setting, tmp_path: Path
) -> None:
    maker = Maker()
    make(setting, tmp_path, maker)
    jobs = jobs_of(setting, 1)
    round_file(setting.path(tmp_path)).remove(jobs[-2].identity)
    maker.trained.clear()
    make(setting, tmp_path, maker)
    assert maker.trained == ["1warm", "2warm", "3warm"]


def test_the_cell_of_a_training_that_is_repeated_is_removed_before_it(
    setting: Setting, tmp_path: Path
) -> None:
    maker = Maker()
    make(setting, tmp_path, maker)
    kept, jobs = round_file(setting.path(tmp_path)), jobs_of(setting, 1)
    kept.remove(jobs[-2].identity)
    maker.failing = "1warm"
    with pytest.raises(click.ClickException, match="round 1 warm failed"):
        make(setting, tmp_path, maker)
    assert [job for job in jobs if kept.find(job.identity) is None] == [jobs[1], jobs[-2]]


def test_other_warm_parameters_train_only_the_warm_rounds_anew(
    setting: Setting, tmp_path: Path
) -> None:
    maker = Maker()
    make(setting, tmp_path, maker)
    maker.trained.clear()
    make(replace(setting, changes=("replay=8",)), tmp_path, maker)
    assert maker.trained == ["1warm", "2warm", "3warm"]


def test_other_parameters_train_everything_anew(setting: Setting, tmp_path: Path) -> None:
    maker = Maker()
    make(setting, tmp_path, maker)
    maker.trained.clear()
    make(replace(setting, recipe="nerloop+epochs=2"), tmp_path, maker)
    assert maker.trained == ALL


def test_cells_of_other_documents_are_made_anew(setting: Setting, tmp_path: Path) -> None:
    maker = Maker()
    make(setting, tmp_path, maker)
    maker.trained.clear()
    make(replace(setting, start=26), tmp_path, maker)
    assert maker.trained == ALL


def test_a_corpus_that_is_too_small_is_refused_before_anything_is_trained(
    setting: Setting, tmp_path: Path
) -> None:
    maker = Maker()
    with pytest.raises(CorpusError, match="60 training documents, the rounds take 66"):
        make(replace(setting, start=48), tmp_path, maker)
    assert not maker.trained
