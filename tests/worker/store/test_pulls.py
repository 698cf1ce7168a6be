from dataclasses import asdict, replace
from datetime import datetime

from worker.store.database import Store
from worker.store.pulls import PullState, get_pull, save_pull


def test_a_project_that_was_never_pulled_has_the_default_state(store: Store) -> None:
    with store.read() as s:
        assert get_pull(s, "papers") == PullState("papers")


def test_all_fields_of_the_state_saved_last_are_returned(store: Store, now: datetime) -> None:
    state = PullState(
        project="papers",
        gate="a",
        gate_exported="b",
        exported_at=now,
        checked_served_id=7,
        held_back=("3", "9"),
        last_error="Doccano does not answer",
        pulled_at=now,
        documents=12,
        ticked=5,
        moved_at=now,
        ticks_known="c",
        spans_known="d",
        listed_at=now,
    )
    assert None not in asdict(state).values()
    with store.begin() as s:
        save_pull(s, PullState("papers"))
        save_pull(s, state)
    with store.read() as s:
        assert get_pull(s, "papers") == state
        assert get_pull(s, "letters") == PullState("letters")


def test_the_next_state_without_an_error_removes_it(store: Store, now: datetime) -> None:
    state = PullState("papers", last_error="Doccano does not answer")
    with store.begin() as s:
        save_pull(s, state)
        save_pull(s, replace(state, last_error=None))
        assert get_pull(s, "papers").last_error is None
