import itertools
from dataclasses import replace
from pathlib import Path

import click
import pytest

from benchmarks.corpora import read_folder
from benchmarks.warm.rounds import RoundJob, Setting, documents_of, key_of


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


def test_all_that_decides_a_cell_is_in_its_key(job: RoundJob) -> None:
    corpus = read_folder(job.setting.folder)
    key = key_of(job, corpus)
    others = [
        replace(job, seed=2),
        replace(job, round=1),
        replace(job, kind="scratch"),
        *(
            replace(job, setting=replace(job.setting, **change))  # type: ignore[arg-type]
            for change in (
                {"base_model": "c"},
                {"recipe": "nerloop+epochs=2"},
                {"changes": ("replay=2",)},
                {"start": 31},
                {"aside": 5},
                {"step": 3},
            )
        ),
    ]
    assert all(key_of(other, corpus) != key for other in others)
    longer = replace(job, setting=replace(job.setting, rounds=4))
    assert key_of(longer, corpus) == key


OTHERS = ({"base_model": "some/c"}, {"recipe": "nerloop+epochs=2"}, {"start": 31}, {"step": 3})


@pytest.mark.parametrize("change", OTHERS, ids=lambda change: next(iter(change)))
def test_other_settings_are_kept_in_other_places(
    job: RoundJob, change: dict[str, object], tmp_path: Path
) -> None:
    setting = replace(job.setting, **change)  # type: ignore[arg-type]
    other = replace(job, setting=setting)
    assert other.path(tmp_path) != job.path(tmp_path)
    assert other.model(tmp_path) != job.model(tmp_path)
    assert setting.table(tmp_path) != job.setting.table(tmp_path)
    assert {setting.table(tmp_path).parent, other.path(tmp_path).parent} == {
        tmp_path / "warm" / "easy"
    }


def test_of_the_usual_setting_the_path_names_only_the_recipe(easy: Path) -> None:
    setting = Setting(folder=easy, base_model="bundled", changes=("replay=8",))
    job = RoundJob(setting=setting, seed=1, round=2, kind="warm")
    folder = Path("out") / "warm" / "easy"
    assert job.path(Path("out")) == folder / "nerloop-warm+replay=8-1-02.json"
    assert replace(job, kind="scratch").path(Path("out")) == folder / "nerloop-scratch-1-02.json"
    assert setting.table(Path("out")) == folder / "nerloop-warm+replay=8.md"


def test_a_cell_from_scratch_knows_nothing_of_warm_parameters(job: RoundJob) -> None:
    corpus = read_folder(job.setting.folder)
    cold = replace(job, kind="scratch")
    changed = replace(cold, setting=replace(job.setting, changes=("replay=2",)))
    assert key_of(changed, corpus) == key_of(cold, corpus)
    assert changed.path(Path()) == cold.path(Path())
    assert replace(changed, kind="warm").path(Path()) != job.path(Path())
