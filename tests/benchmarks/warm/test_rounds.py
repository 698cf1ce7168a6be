import itertools
from dataclasses import replace
from pathlib import Path

import click
import pytest

from benchmarks.corpora import read_folder
from benchmarks.warm.rounds import RoundJob, Setting, documents_of


@pytest.fixture
def job(easy: Path) -> RoundJob:
    setting = Setting(folder=easy, base_model="b", start=30, aside=6, step=4, rounds=3)
    return RoundJob(setting=setting, seed=1, round=2, kind="warm")


def test_rounds_grow_and_what_is_set_aside_is_never_trained_on(job: RoundJob) -> None:
    corpus = read_folder(job.setting.folder)
    rounds = [documents_of(replace(job, round=number), corpus) for number in range(4)]
    assert [len(each.train) for each in rounds] == [30, 34, 38, 42]
    for before, after in itertools.pairwise(rounds):
        assert {*before.train} < {*after.train}
        assert before.aside == after.aside
    assert {*rounds[0].train} == {*rounds[3].learned}
    assert len(rounds[0].aside) == 6
    assert not {*rounds[3].train} & {*rounds[3].aside}


def test_another_seed_draws_other_documents(job: RoundJob) -> None:
    corpus = read_folder(job.setting.folder)
    other = documents_of(replace(job, seed=2), corpus)
    assert {*other.aside} != {*documents_of(job, corpus).aside}


def test_a_warm_training_goes_on_from_the_warm_one_before_it(job: RoundJob, tmp_path: Path) -> None:
    assert (job.before.round, job.before.kind) == (1, "warm")
    assert (job.before.before.round, job.before.before.kind) == (0, "scratch")
    assert job.is_in_chain
    assert job.before.before.is_in_chain
    assert not replace(job, kind="scratch").is_in_chain


def test_the_warm_parameters_are_changed_literally_and_alone(job: RoundJob) -> None:
    setting = replace(
        job.setting, recipe="nerloop+learning_rate=0.001+epochs=9", changes=("epochs=7",)
    )
    cold, warm = setting.options(3), setting.options(3, Path("before"))
    assert (cold.epochs, cold.learning_rate, cold.seed, cold.base_model) == (9, 1e-3, 3, "b")
    assert (warm.epochs, warm.learning_rate) == (7, pytest.approx(4e-4))
    assert (cold.warm_from, warm.warm_from) == (None, Path("before"))
    with pytest.raises(click.BadParameter, match="no_such"):
        replace(setting, changes=("no_such=1",)).options(1)


OTHERS = ({"base_model": "some/c"}, {"recipe": "nerloop+epochs=2"}, {"start": 31}, {"step": 3})


@pytest.mark.parametrize("change", OTHERS, ids=lambda change: next(iter(change)))
def test_other_settings_have_other_cells_models_and_tables(
    job: RoundJob, change: dict[str, object], tmp_path: Path
) -> None:
    setting = replace(job.setting, **change)  # type: ignore[arg-type]
    other = replace(job, setting=setting)
    assert other.identity != job.identity
    assert other.model(tmp_path) != job.model(tmp_path)
    assert setting.table(tmp_path) != job.setting.table(tmp_path)
    assert setting.path(tmp_path) == job.setting.path(tmp_path) == tmp_path / "warm" / "easy.jsonl"


def test_the_names_of_the_default_setting_have_only_the_recipe_and_the_changes(easy: Path) -> None:
    setting = Setting(folder=easy, base_model="bundled", changes=("replay=8",))
    job = RoundJob(setting=setting, seed=1, round=2, kind="warm")
    folder = Path("out") / "warm"
    assert job.identity == ("nerloop", "warm+replay=8", 1, 2)
    assert replace(job, kind="scratch").identity == ("nerloop", "scratch", 1, 2)
    assert setting.table(Path("out")) == folder / "easy-nerloop-warm+replay=8.md"
    assert job.model(Path("out")) == folder / "models" / "easy" / "nerloop-warm+replay=8-1-2"
