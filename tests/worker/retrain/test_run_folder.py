from dataclasses import replace
from datetime import timedelta

from tests.support.training.fake_training import NOON, Clock, started_run
from worker.retrain.run_folder import run_folder
from worker.settings import Settings
from worker.store.database import Store
from worker.store.training.runs import run_id_of


def test_the_run_id_is_the_number_and_the_start_time(store: Store, clock: Clock) -> None:
    run = replace(started_run(store, clock), id=12)
    assert run_id_of(run) == "12-20261123T120000000000"


def test_runs_with_the_same_number_have_different_ids_and_folders(
    store: Store, settings: Settings, clock: Clock
) -> None:
    run = started_run(store, clock)
    later = replace(run, started_at=NOON + timedelta(microseconds=1))
    assert run_id_of(run) != run_id_of(later)
    assert run_folder(settings, run) != run_folder(settings, later)
    assert run_folder(settings, run).parent == settings.runs_dir / run.project
