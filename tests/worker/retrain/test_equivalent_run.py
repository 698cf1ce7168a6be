from dataclasses import replace
from pathlib import Path

import pytest

from ner.training.options import TrainingOptions
from tests.support.training.fake_training import PROJECT, Clock, started_run
from worker.retrain.equivalent_run import find_equivalent_run
from worker.store.database import Store
from worker.store.training.runs import Run, finish_run

OPTIONS = TrainingOptions(base_model="fake", learning_rate=1e-3)
WARM = OPTIONS.continuing_from(Path("models/v0003"))


def finished_run(store: Store, clock: Clock, options: TrainingOptions, state: str) -> Run:
    """A run on the data with the fingerprint "f"."""
    run = started_run(store, clock, parameters=options.parameters)
    with store.begin() as session:
        finish_run(session, run.id, state, now=clock())  # type: ignore[arg-type]
    return run


def find(store: Store, *, fingerprint: str = "f", options: TrainingOptions = OPTIONS) -> int | None:
    """The number of the run that is found for a start from scratch with these options."""
    with store.read() as session:
        run = find_equivalent_run(session, PROJECT, fingerprint, options)
    return run.id if run else None


@pytest.mark.parametrize("state", ["promoted", "refused"])
def test_a_run_from_scratch_is_found_by_its_data_and_options(
    store: Store, clock: Clock, state: str
) -> None:
    run = finished_run(store, clock, OPTIONS, state)
    assert find(store) == run.id
    assert find(store, fingerprint="g") is None
    assert find(store, options=replace(OPTIONS, base_model="another")) is None


def test_a_failed_run_is_not_found(store: Store, clock: Clock) -> None:
    finished_run(store, clock, OPTIONS, "failed")
    assert find(store) is None


def test_a_warm_run_is_found_if_it_was_promoted(store: Store, clock: Clock) -> None:
    refused = finished_run(store, clock, WARM, "refused")
    assert find(store) is None
    promoted = finished_run(store, clock, WARM, "promoted")
    assert find(store) == promoted.id != refused.id
    assert find(store, options=replace(OPTIONS, learning_rate=2e-3)) is None


def test_the_newest_equivalent_run_is_found_behind_a_refused_warm_one(
    store: Store, clock: Clock
) -> None:
    finished_run(store, clock, OPTIONS, "refused")
    newest = finished_run(store, clock, OPTIONS, "refused")
    finished_run(store, clock, WARM, "refused")
    assert find(store) == newest.id
